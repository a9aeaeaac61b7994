import { Observable, type Subscription } from 'rxjs';
import { type Credits } from './credits.ts';
import { type Leased } from './leased.ts';
import { type StageMeter } from './stage-meter.ts';

/** What a source gets to bound itself and to be stopped. */
export interface Door {
  /**
   * To be called before each value, when its size is known and its memory is not yet taken; resolves when there is credit for
   * it. Calling again before the value is out replaces the first call. Rejects when the source is stopped.
   */
  readonly reserve: (amount: number) => Promise<void>;
  /** Aborted when nobody listens any more: `return()` of an async generator is not heard while it waits. */
  readonly signal: AbortSignal;
}

/** Options of {@link pull}. */
export interface PullOptions<T> {
  /** Makes the source; called on subscribe. */
  readonly open: (door: Door) => AsyncIterable<T>;
  /** Where each value's credit comes from. */
  readonly credits: Credits;
  /** Told how long the source waits for credit, and how many values are out. */
  readonly meter?: StageMeter | undefined;
}

/**
 * Turns an async iterable into an Observable of values that carry credit, asking for one value at a time.
 *
 * The source itself takes the credit, between learning the size of a value (from the header of a picture) and making it, so the
 * size needs no guess and what is out is never more than allowed. Emits each value with its lease, which is the receiver's to
 * dispose; completes and errors with the source. Holds one value. Keeps order. Unsubscribing aborts the source's signal, calls its `return()` and
 * gives back what it had reserved.
 *
 * @example pull({ open: ({ reserve, signal }) => decodeClip(path, { reserve, signal }), credits }).pipe(leased(journey));
 * @throws TypeError through the Observable, when the source gives a value for which it reserved nothing.
 */
export function pull<T>({ open, credits, meter }: PullOptions<T>): Observable<Leased<T>> {
  return new Observable((subscriber) => {
    const stop = new AbortController();
    let reserved: Disposable | undefined;
    let waiting: Subscription | undefined;
    let iterator: AsyncIterator<T> | undefined;

    const giveBack = (): void => {
      waiting?.unsubscribe();
      reserved?.[Symbol.dispose]();
      reserved = undefined;
    };
    const reserve = (amount: number): Promise<void> =>
      new Promise((resolve, reject) => {
        giveBack();
        stop.signal.throwIfAborted();
        const endWait = meter?.waitForCredit();
        waiting = credits.take(amount).subscribe((lease) => {
          reserved = lease;
          resolve();
        });
        waiting.add(endWait);
        // Has no effect once the credit has been granted.
        waiting.add(() => reject(stop.signal.reason));
      });

    const run = async (): Promise<void> => {
      iterator = open({ reserve, signal: stop.signal })[Symbol.asyncIterator]();
      while (!subscriber.closed) {
        const result = await iterator.next();
        if (subscriber.closed) return;
        if (result.done === true) return subscriber.complete();
        if (!reserved) throw new TypeError('Expected the source to `reserve` before each value, got a value without');
        const lease = metered(reserved, meter);
        reserved = undefined;
        subscriber.next({ value: result.value, lease });
      }
    };

    subscriber.add(() => {
      stop.abort();
      giveBack();
      // Whatever it says now, nobody is left to hear it.
      iterator?.return?.()?.catch(() => undefined);
    });
    run().catch((error: unknown) => subscriber.error(error));
  });
}

function metered(lease: Disposable, meter: StageMeter | undefined): Disposable {
  const leave = meter?.enter();
  return {
    [Symbol.dispose]: () => {
      leave?.();
      lease[Symbol.dispose]();
    },
  };
}
