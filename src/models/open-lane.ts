import { Worker } from 'node:worker_threads';
import { messageOf, PipelineError } from '../core/errors.ts';
import { entryUrl } from './entry-url.ts';
import { type LaneOutputs, type LaneReply, type LaneRequest, type LaneSetup } from './lane-protocol.ts';

/** A worker thread with a session of every model. It takes one request at a time. */
export interface Lane extends AsyncDisposable {
  /** Whether the thread has ended, by itself or because it was disposed. */
  readonly isClosed: boolean;
  /**
   * Runs one model. `request.data` is moved to the thread.
   *
   * @throws PipelineError `inference-failed` with the model's name when the run fails or the thread ends.
   * @throws TypeError when the lane is still busy.
   */
  run(request: LaneRequest): Promise<LaneOutputs>;
}

interface Waiting {
  readonly model: string;
  readonly resolve: (outputs: LaneOutputs) => void;
  readonly reject: (error: PipelineError) => void;
}

/**
 * Starts a thread and opens its sessions. Disposing ends the thread; a run in progress is rejected.
 *
 * @throws PipelineError `model-invalid` when a model cannot be opened, `inference-failed` when the thread cannot start.
 */
export async function openLane(setup: LaneSetup): Promise<Lane> {
  const worker = new Worker(entryUrl('session-worker'), { workerData: setup, name: 'vitrine lane' });
  let waiting: Waiting | undefined;
  let isClosed = false;
  let reason = 'the lane was closed';

  const settle = (): Waiting | undefined => {
    const settled = waiting;
    waiting = undefined;
    return settled;
  };
  const end = (): void => {
    isClosed = true;
    const ended = settle();
    ended?.reject(failure(ended.model, reason));
  };

  const ready = new Promise<void>((resolve, reject) => {
    worker.on('message', (reply: LaneReply) => {
      if (reply.kind === 'ready') resolve();
      else if (reply.kind === 'broken') reject(broken(reply.message, reply.path));
      else if (reply.kind === 'done') settle()?.resolve(reply.outputs);
      else {
        const failed = settle();
        failed?.reject(failure(failed.model, reply.message));
      }
    });
    worker.on('error', (error: unknown) => {
      reason = `the lane's thread broke: ${messageOf(error)}`;
      end();
      reject(new PipelineError('inference-failed', reason, { cause: error }));
    });
    worker.on('exit', (code) => {
      if (!isClosed) reason = `the lane's thread ended with code ${code}`;
      end();
      reject(new PipelineError('inference-failed', reason));
    });
  });

  const close = async (): Promise<void> => {
    isClosed = true;
    await worker.terminate();
  };

  try {
    await ready;
  } catch (error) {
    await close();
    throw error;
  }

  return {
    get isClosed() {
      return isClosed;
    },
    run(request) {
      return new Promise((resolve, reject) => {
        if (isClosed) return reject(failure(request.model, reason));
        if (waiting) return reject(new TypeError(`Expected an idle lane for ${request.model}, got one that is busy`));
        waiting = { model: request.model, resolve, reject };
        worker.postMessage(request, [request.data.buffer]);
      });
    },
    [Symbol.asyncDispose]: close,
  };
}

function failure(model: string, cause: string): PipelineError {
  return new PipelineError('inference-failed', `Model ${model} failed: ${cause}`, { cause });
}

function broken(message: string, path: string): PipelineError {
  return new PipelineError('model-invalid', message, path ? { path } : {});
}
