import { Worker } from 'node:worker_threads';
import { messageOf, PipelineError } from '../core/errors.ts';
import { type WorkOutcome } from '../core/work.ts';
import { entryUrl } from '../core/entry-url.ts';
import {
  createLaneState,
  laneCell,
  type LaneMessage,
  type LaneOutputs,
  type LaneReply,
  type LaneRequest,
  type LaneSetup,
  type LaneStart,
  type LaneState,
} from './lane-protocol.ts';
import './telemetry-off.ts';

/** Requests that a lane takes: one to run, and those that wait for it at the thread, so that it need not wait for them. */
export const laneDepth = 2;

/** A worker thread with a session of every model. It runs one request after the other and takes {@link laneDepth} at a time. */
export interface Lane extends AsyncDisposable {
  /** Whether the thread has ended, by itself or because it was disposed. */
  readonly isClosed: boolean;
  /**
   * Runs one model. `request.data` is moved to the thread.
   *
   * @param takeBack given the memory of `request.data` when the run has given outputs.
   * @throws PipelineError `inference-failed` with the model's name when the run fails or the thread ends.
   * @throws TypeError when the lane has taken as many as it may.
   */
  run(request: LaneRequest, takeBack?: (input: ArrayBuffer) => void): Promise<LaneOutputs>;
}

interface Waiting {
  readonly model: string;
  readonly endWork: ((outcome: WorkOutcome) => void) | undefined;
  readonly takeBack: ((input: ArrayBuffer) => void) | undefined;
  readonly resolve: (outputs: LaneOutputs) => void;
  readonly reject: (error: PipelineError) => void;
}

/** What tells the rest of the process that a lane is busy. */
export interface OpenLaneOptions {
  /** Tells other threads whether this one may be inside native code. See `exitGuard`. */
  readonly state?: LaneState | undefined;
  /** Told of each run when it is sent; the function that is returned gets the times of a run that gave outputs, as the thread took them. */
  readonly onRun?: ((request: Pick<LaneRequest, 'model' | 'dims'>) => (outcome: WorkOutcome) => void) | undefined;
}

/**
 * Starts a thread and opens its sessions. Disposing rejects what has been asked at once and resolves when the thread has ended,
 * which is after the run in progress: a thread that is ended inside native code takes the process with it.
 *
 * @throws PipelineError `model-invalid` when a model cannot be opened, `inference-failed` when the thread cannot start.
 */
export async function openLane(setup: LaneSetup, options: OpenLaneOptions = {}): Promise<Lane> {
  const { state = createLaneState(), onRun } = options;
  const workerData: LaneStart = { setup, state };
  Atomics.store(state, laneCell.unanswered, 1);
  const worker = new Worker(entryUrl('models/session-worker'), { workerData, name: 'vitrine lane' });
  const waiting: Waiting[] = [];
  let isClosed = false;
  let reason = 'the lane was closed';

  const rejectWaiting = (): void => {
    for (const { model, reject } of waiting.splice(0)) reject(failure(model, reason));
  };
  const send = (message: LaneMessage, moved: readonly ArrayBuffer[] = []): void => worker.postMessage(message, moved);

  const exited = new Promise<void>((resolve) => {
    worker.on('exit', (code) => {
      if (!isClosed) reason = `the lane's thread ended with code ${code}`;
      isClosed = true;
      Atomics.store(state, laneCell.unanswered, 0);
      rejectWaiting();
      resolve();
    });
  });
  const ready = new Promise<void>((resolve, reject) => {
    worker.on('message', (reply: LaneReply) => {
      if (reply.kind === 'ready') resolve();
      else if (reply.kind === 'broken') reject(broken(reply.message, reply.path));
      else if (reply.kind === 'done') {
        const done = waiting.shift();
        done?.endWork?.({ times: { startMs: here(reply.began), endMs: here(reply.ended) } });
        done?.takeBack?.(reply.input);
        done?.resolve(reply.outputs);
      } else {
        const failed = waiting.shift();
        failed?.reject(failure(failed.model, reply.message));
      }
    });
    worker.on('error', (error: unknown) => {
      reason = `the lane's thread broke: ${messageOf(error)}`;
      isClosed = true;
      rejectWaiting();
    });
    // After `ready` this rejects a promise that is settled already.
    void exited.then(() => reject(new PipelineError('inference-failed', reason)));
  });

  try {
    await ready;
  } catch (error) {
    await exited; // A thread that could not open its models ends by itself.
    throw error;
  }

  return {
    get isClosed() {
      return isClosed;
    },
    run(request, takeBack) {
      return new Promise((resolve, reject) => {
        if (isClosed) return reject(failure(request.model, reason));
        if (waiting.length >= laneDepth) {
          return reject(new TypeError(`Expected a lane with room for ${request.model}, got one that has ${laneDepth}`));
        }
        waiting.push({ model: request.model, endWork: onRun?.(request), takeBack, resolve, reject });
        Atomics.add(state, laneCell.unanswered, 1);
        send(request, [request.data.buffer]);
      });
    },
    async [Symbol.asyncDispose]() {
      Atomics.store(state, laneCell.isClosing, 1);
      if (!isClosed) send('close');
      isClosed = true;
      rejectWaiting();
      await exited;
    },
  };
}

/** A time since the epoch on this thread's clock. */
function here(time: number): number {
  return time - performance.timeOrigin;
}

function failure(model: string, cause: string): PipelineError {
  return new PipelineError('inference-failed', `Model ${model} failed: ${cause}`, { cause });
}

function broken(message: string, path: string): PipelineError {
  return new PipelineError('model-invalid', message, path ? { path } : {});
}
