import { Worker } from 'node:worker_threads';
import { messageOf, PipelineError } from '../core/errors.ts';
import { type NearRows } from '../matching/select-nearest.ts';
import { entryUrl } from '../models/entry-url.ts';
import { type FeatureBlock, type SearchMessage, type SearchReply, type SearchStart } from './search-protocol.ts';

/** A worker thread that searches blocks of features. Its messages are carried out in order. */
export interface SearchLane extends AsyncDisposable {
  /** Gives it a block, whose buffer is moved there. */
  hold(block: FeatureBlock): Promise<void>;
  /** Begins a search; resolves when the blocks that it holds have been looked at. */
  begin(search: { readonly queries: Float32Array; readonly k: number }): Promise<void>;
  /** Looks at one more block; resolves with its buffer, which is moved there and back. */
  scan(block: FeatureBlock): Promise<Float32Array<ArrayBuffer>>;
  /** Ends the search: what is near each query. */
  finish(): Promise<readonly NearRows[]>;
}

interface Waiting {
  readonly resolve: (reply: Extract<SearchReply, { kind: 'done' }>) => void;
  readonly reject: (error: PipelineError) => void;
}

/**
 * Starts a search lane. All that it is asked rejects with a `PipelineError` `inference-failed` when it fails or its thread ends. Disposing
 * resolves when the thread has ended, after what it is doing.
 */
export function openSearchLane(start: SearchStart): SearchLane {
  const worker = new Worker(entryUrl('pipelines/search-worker'), { workerData: start, name: 'vitrine search' });
  const waiting: Waiting[] = [];
  let end: string | undefined;

  const close = (why: string): void => {
    end ??= why;
    for (const { reject } of waiting.splice(0)) reject(failure(end));
  };
  worker.on('message', (reply: SearchReply) => {
    const first = waiting.shift();
    if (reply.kind === 'done') first?.resolve(reply);
    else first?.reject(failure(reply.message));
  });
  worker.on('error', (error: unknown) => close(`its thread broke: ${messageOf(error)}`));
  const exited = new Promise<void>((resolve) => {
    worker.on('exit', (code) => {
      Atomics.store(start.busy, 0, 0);
      close(`its thread ended with code ${code}`);
      resolve();
    });
  });

  const ask = (
    message: SearchMessage,
    moved: readonly ArrayBuffer[] = [],
  ): Promise<Extract<SearchReply, { kind: 'done' }>> =>
    new Promise((resolve, reject) => {
      if (end !== undefined) return reject(failure(end));
      waiting.push({ resolve, reject });
      worker.postMessage(message, moved);
    });

  return {
    async hold(block) {
      await ask({ kind: 'hold', block }, [block.features.buffer]);
    },
    async begin({ queries, k }) {
      await ask({ kind: 'begin', queries, k });
    },
    async scan(block) {
      const { scanned } = await ask({ kind: 'scan', block }, [block.features.buffer]);
      return scanned ?? new Float32Array(0);
    },
    async finish() {
      const { found = [] } = await ask({ kind: 'finish' });
      return found;
    },
    async [Symbol.asyncDispose]() {
      if (end === undefined) worker.postMessage({ kind: 'close' } satisfies SearchMessage);
      close('the gallery was closed');
      await exited;
    },
  };
}

function failure(why: string): PipelineError {
  return new PipelineError('inference-failed', `The search failed: ${why}`);
}
