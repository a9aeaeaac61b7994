import { from, Observable } from 'rxjs';
import { PipelineError } from '../core/errors.ts';
import { MemoryPool, type TakeMemory } from './memory-pool.ts';
import { type LaneOutputs } from './lane-protocol.ts';
import { type Lane, laneDepth } from './open-lane.ts';

/** One run of one model, on whichever lane has room first. */
export interface LaneJob {
  readonly model: string;
  /** Jobs of the lowest rank start first; equal ranks in the order in which they came. */
  readonly rank: number;
  readonly dims: readonly number[];
  /** Called when a lane has room: the input, in a buffer of its own that is moved to the lane. `take` gives memory for it. */
  readonly pack: (take: TakeMemory) => Uint8Array<ArrayBuffer>;
}

/** Lanes and the one queue before them. */
export interface LanePool extends AsyncDisposable {
  /**
   * The outputs of a job: one value, then completion. The job queues on subscribe. Unsubscribing takes it from the queue,
   * or drops its answer when it has started. Errors with a {@link PipelineError} `inference-failed`.
   *
   * Holds what is subscribed and nothing else: bounding that is up to the caller.
   */
  run(job: LaneJob): Observable<LaneOutputs>;
}

interface Queued {
  readonly job: LaneJob;
  readonly done: (outputs: LaneOutputs) => void;
  readonly fail: (error: unknown) => void;
}

/**
 * Spreads jobs over `lanes`, which it owns from now on: disposing the pool closes them and fails what is queued.
 *
 * @param depth jobs that a lane is given at a time: an integer from 1 to {@link laneDepth}. With 1 a lane waits, after each job, until the owner's thread
 * has taken the answer and packed the next.
 */
export function lanePool(lanes: readonly Lane[], depth: number = laneDepth): LanePool {
  const taken = new Map(lanes.map((lane) => [lane, 0]));
  const memory = new MemoryPool(lanes.length * depth);
  let queue: Queued[] = [];
  let isDisposed = false;

  const next = (): void => {
    while (queue.length > 0) {
      if (isDisposed) return drain('the models were closed');
      if (lanes.every(({ isClosed }) => isClosed)) return drain('every lane has ended');
      const lane = leastTaken();
      if (!lane) return;
      const first = queue.reduce((best, queued) => (queued.job.rank < best.job.rank ? queued : best));
      queue = queue.filter((queued) => queued !== first);
      start(first, lane);
    }
  };

  /** An idle lane before one that has a job already; of equals the first. */
  const leastTaken = (): Lane | undefined => {
    const open = lanes.filter((lane) => !lane.isClosed);
    for (let jobs = 0; jobs < depth; jobs += 1) {
      const lane = open.find((one) => taken.get(one) === jobs);
      if (lane) return lane;
    }
    return undefined;
  };
  const take = (lane: Lane, change: 1 | -1): void => void taken.set(lane, (taken.get(lane) ?? 0) + change);

  const start = ({ job, done, fail }: Queued, lane: Lane): void => {
    // The lane gets its next job before the answer is handed on, so that it never runs out while downstream works.
    const free = (): void => {
      take(lane, -1);
      next();
    };
    take(lane, 1);
    from(work(job, { lane, memory })).subscribe({
      next: (outputs) => {
        free();
        done(outputs);
      },
      error: (error: unknown) => {
        free();
        fail(error);
      },
    });
  };

  const drain = (reason: string): void => {
    const left = queue;
    queue = [];
    for (const { job, fail } of left) {
      fail(new PipelineError('inference-failed', `Model ${job.model} failed: ${reason}`));
    }
  };

  return {
    run: (job) =>
      new Observable((subscriber) => {
        const queued: Queued = {
          job,
          done: (outputs) => {
            subscriber.next(outputs);
            subscriber.complete();
          },
          fail: (error) => subscriber.error(error),
        };
        queue.push(queued);
        next();
        return () => {
          queue = queue.filter((other) => other !== queued);
        };
      }),
    async [Symbol.asyncDispose]() {
      isDisposed = true;
      await Promise.all(lanes.map((lane) => lane[Symbol.asyncDispose]()));
      drain('the models were closed');
    },
  };
}

// Async, so that a throwing `pack` is an ordinary failure of the job.
async function work(
  { model, dims, pack }: LaneJob,
  { lane, memory }: { readonly lane: Lane; readonly memory: MemoryPool },
): Promise<LaneOutputs> {
  const data = pack((bytes) => memory.take(bytes));
  return lane.run({ model, dims, data }, (input) => memory.give(input));
}
