import { asapScheduler, defaultIfEmpty, defer, map, Observable, type Subscriber, Subscription, take } from 'rxjs';
import { assertInteger } from '../core/assert.ts';
import { KeyedQueue } from './keyed-queue.ts';
import { type StageMeter } from './stage-meter.ts';

/** Options of {@link batchWhileBusy}. */
export interface BatchWhileBusyOptions<T, R> {
  /** Values of one key may share a batch. */
  readonly key: (value: T) => string | number;
  /** Most values in one batch: an integer, at least 1. */
  readonly maxBatch: number;
  /** Batches that run at once: an integer, at least 1. */
  readonly slots: number;
  /** Answers a batch with one value: the answers in the order of the batch, one for each. */
  readonly run: (batch: readonly T[]) => Observable<readonly R[]>;
  /** Told of every value and every batch. */
  readonly meter?: StageMeter | undefined;
}

/** Asks for the answer to one value: one emission, then completion. */
export type Ask<T, R> = (value: T) => Observable<R>;

interface Request<T, R> {
  readonly value: T;
  readonly subscriber: Subscriber<R>;
}

/**
 * Lets many askers share a resource that is cheaper per value in bulk.
 *
 * While every slot is at work, values gather by key. A slot that is free takes what there is, from the key that fills most of a
 * batch (among equals the one that has waited longest). So batches are as large as the resource is slow, nothing waits while a
 * slot is free, and there is neither a deadline to set nor a rest to flush at the end. What is asked within one turn of
 * the event loop counts as gathered. A key that seldom fills does not starve as long as the number of askers is bounded: those
 * that wait for others' credit stop asking.
 *
 * Holds what has been asked and not answered; drops nothing; answers as batches end. Unsubscribing takes a value out of
 * the queue, and a batch for which nobody waits any more is unsubscribed. An error of `run` goes to the askers of that batch.
 * The state is that of the function that is returned: make one a run of the graph.
 *
 * @example const detect = batchWhileBusy({ key: sizeOf, maxBatch: 4, slots: 2, run: (frames) => detector.detect(frames) });
 * @throws TypeError when called, if an option is out of range; to the askers, if `run` gives another number of answers.
 */
export function batchWhileBusy<T, R>(options: BatchWhileBusyOptions<T, R>): Ask<T, R> {
  const { key, maxBatch, slots, run, meter } = options;
  assertInteger('maxBatch', maxBatch, 1);
  assertInteger('slots', slots, 1);
  const queue = new KeyedQueue<Request<T, R>>(({ value }) => key(value));
  let freeSlots = slots;
  let isScheduled = false;

  const fillSlots = (): void => {
    isScheduled = false;
    for (;;) {
      const batch = freeSlots > 0 ? queue.takeFullest(maxBatch) : [];
      if (batch.length === 0) return;
      start(batch);
    }
  };
  const schedule = (): void => {
    if (isScheduled || freeSlots === 0) return;
    isScheduled = true;
    asapScheduler.schedule(fillSlots);
  };

  const start = (batch: readonly Request<T, R>[]): void => {
    freeSlots -= 1;
    const endWork = meter?.work();
    const work = new Subscription(() => {
      endWork?.();
      freeSlots += 1;
      schedule();
    });
    const waiting = new Set(batch);
    for (const request of batch) {
      request.subscriber.add(() => {
        waiting.delete(request);
        if (waiting.size === 0) work.unsubscribe();
      });
    }
    const answers$ = defer(() => run(batch.map(({ value }) => value))).pipe(
      take(1),
      defaultIfEmpty([] as readonly R[]),
      map((answers) => assertOneEach(answers, batch.length)),
    );
    work.add(
      answers$.subscribe({
        next: (answers) => {
          for (const [place, { subscriber }] of batch.entries()) {
            subscriber.next(answers[place]!);
            subscriber.complete();
          }
        },
        error: (error: unknown) => {
          for (const { subscriber } of batch) subscriber.error(error);
        },
      }),
    );
  };

  return (value) =>
    new Observable((subscriber) => {
      const request = { value, subscriber };
      subscriber.add(() => queue.remove(request));
      subscriber.add(meter?.enter());
      queue.push(request);
      schedule();
    });
}

function assertOneEach<R>(answers: readonly R[], count: number): readonly R[] {
  if (answers.length === count) return answers;
  throw new TypeError(`Expected \`run\` to give one answer a value, ${count} in all, got ${answers.length}`);
}
