import { Worker } from 'node:worker_threads';
import { messageOf, PipelineError } from '../core/errors.ts';
import { type IndexBlock } from '../io/index-blocks.ts';
import { type NearRows } from '../matching/select-nearest.ts';
import { entryUrl } from '../models/entry-url.ts';
import { type SearchMessage, type SearchReply, type SearchStart } from './search-protocol.ts';

/** A worker thread that reads and searches blocks of an index. What it is asked is done in order. */
export interface SearchLane extends AsyncDisposable {
  /** Reads a block and keeps it. */
  hold(block: IndexBlock): Promise<void>;
  /** Begins a search; resolves when the blocks that it holds have been looked at. */
  begin(search: { readonly queries: Float32Array; readonly k: number }): Promise<void>;
  /** Reads one more block, looks at it and forgets it. */
  scan(block: IndexBlock, options: { readonly isChecked: boolean }): Promise<void>;
  /** Ends the search: what is near each query. */
  finish(): Promise<readonly NearRows[]>;
}

interface Waiting {
  readonly resolve: (found: readonly NearRows[]) => void;
  readonly reject: (error: PipelineError) => void;
}

/**
 * Starts a search lane. What it is asked rejects with a `PipelineError`: `store-invalid` when a file of the index is at fault, and `inference-failed`
 * when the search fails or the thread ends. Disposing resolves when the thread has ended, after what it is doing.
 */
export function openSearchLane(start: SearchStart): SearchLane {
  Atomics.store(start.busy, 0, 1);
  const worker = new Worker(entryUrl('pipelines/search-worker'), { workerData: start, name: 'vitrine search' });
  const waiting: Waiting[] = [];
  let end: string | undefined;

  const close = (why: string): void => {
    end ??= why;
    for (const { reject } of waiting.splice(0)) reject(failure(end));
  };
  worker.on('message', (reply: SearchReply) => {
    const first = waiting.shift();
    if (reply.kind === 'done') first?.resolve(reply.found);
    else first?.reject(failure(reply.message, reply.path));
  });
  worker.on('error', (error: unknown) => close(`its thread broke: ${messageOf(error)}`));
  const exited = new Promise<void>((resolve) => {
    worker.on('exit', (code) => {
      Atomics.store(start.busy, 0, 0);
      close(`its thread ended with code ${code}`);
      resolve();
    });
  });

  const send = (message: SearchMessage): void => worker.postMessage(message, []);
  const ask = (message: SearchMessage): Promise<readonly NearRows[]> =>
    new Promise((resolve, reject) => {
      if (end !== undefined) return reject(failure(end));
      waiting.push({ resolve, reject });
      send(message);
    });

  return {
    async hold(block) {
      await ask({ kind: 'hold', block });
    },
    async begin({ queries, k }) {
      await ask({ kind: 'begin', queries, k });
    },
    async scan(block, { isChecked }) {
      await ask({ kind: 'scan', block, isChecked });
    },
    finish: () => ask({ kind: 'finish' }),
    async [Symbol.asyncDispose]() {
      if (end === undefined) send({ kind: 'close' });
      close('the gallery was closed');
      await exited;
    },
  };
}

function failure(why: string, path?: string): PipelineError {
  return path === undefined
    ? new PipelineError('inference-failed', `The search failed: ${why}`)
    : new PipelineError('store-invalid', why, { path });
}
