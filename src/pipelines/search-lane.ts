import { Worker } from 'node:worker_threads';
import { messageOf, PipelineError } from '../core/errors.ts';
import { type IndexBlock } from '../io/index-blocks.ts';
import { type NearRows } from '../matching/select-nearest.ts';
import { entryUrl } from '../core/entry-url.ts';
import { laneCell } from '../models/lane-protocol.ts';
import '../models/telemetry-off.ts';
import {
  type GivenRows,
  type LookedRows,
  type SearchMessage,
  type SearchReply,
  type SearchStart,
} from './search-protocol.ts';

/** A worker thread that searches blocks of an index which it reads, or rows that it is given. What it is asked is done in order. */
export interface SearchLane extends AsyncDisposable {
  /** Reads a block and keeps it. */
  hold(block: IndexBlock): Promise<void>;
  /** Begins a search; resolves when the blocks that it holds have been looked at. */
  begin(search: { readonly queries: Float32Array; readonly k: number }): Promise<void>;
  /** Reads one more block, looks at it and forgets it. */
  scan(block: IndexBlock, options: { readonly isChecked: boolean }): Promise<void>;
  /** Ends the search: what is near each query. */
  finish(): Promise<readonly NearRows[]>;
  /** Begins a search for the nearest alone, among rows that are given. */
  seek(search: { readonly queries: Float32Array; readonly featureLength: number }): Promise<void>;
  /** Looks at some rows, whose buffer is away until then. */
  look(given: GivenRows): Promise<LookedRows>;
}

type Answer = Exclude<SearchReply, { kind: 'failed' }>;

interface Waiting {
  readonly resolve: (answer: Answer) => void;
  readonly reject: (error: PipelineError) => void;
}

/**
 * Starts a search lane. What it is asked rejects with a `PipelineError`: `store-invalid` when a file of the index is at fault, and `inference-failed`
 * when the search fails or the thread ends. Disposing resolves when the thread has ended, after what it is doing.
 */
export function openSearchLane(start: SearchStart): SearchLane {
  const { state } = start;
  Atomics.store(state, laneCell.unanswered, 1); // That it has started.
  const worker = new Worker(entryUrl('pipelines/search-worker'), { workerData: start, name: 'vitrine search' });
  const waiting: Waiting[] = [];
  let end: string | undefined;

  const close = (why: string): void => {
    end ??= why;
    for (const { reject } of waiting.splice(0)) reject(failure(end));
  };
  worker.on('message', (reply: SearchReply) => {
    const first = waiting.shift();
    if (reply.kind === 'failed') first?.reject(failure(reply.message, reply.path));
    else first?.resolve(reply);
  });
  worker.on('error', (error: unknown) => close(`its thread broke: ${messageOf(error)}`));
  const exited = new Promise<void>((resolve) => {
    worker.on('exit', (code) => {
      Atomics.store(state, laneCell.unanswered, 0);
      close(`its thread ended with code ${code}`);
      resolve();
    });
  });

  const send = (message: SearchMessage): void =>
    worker.postMessage(message, message.kind === 'look' ? [message.given.features.buffer] : []);
  const ask = async <K extends Answer['kind']>(message: SearchMessage, kind: K): Promise<Answer & { kind: K }> => {
    const answer = await new Promise<Answer>((resolve, reject) => {
      if (end !== undefined) return reject(failure(end));
      waiting.push({ resolve, reject });
      Atomics.add(state, laneCell.unanswered, 1);
      send(message);
    });
    if (isOf(answer, kind)) return answer;
    throw failure(`its thread answered ${answer.kind} in place of ${kind}`);
  };

  return {
    async hold(block) {
      await ask({ kind: 'hold', block }, 'done');
    },
    async begin({ queries, k }) {
      await ask({ kind: 'begin', queries, k }, 'done');
    },
    async scan(block, { isChecked }) {
      await ask({ kind: 'scan', block, isChecked }, 'done');
    },
    async finish() {
      const { found } = await ask({ kind: 'finish' }, 'found');
      return found;
    },
    async seek({ queries, featureLength }) {
      await ask({ kind: 'seek', queries, featureLength }, 'done');
    },
    async look(given) {
      const { looked } = await ask({ kind: 'look', given }, 'looked');
      return looked;
    },
    async [Symbol.asyncDispose]() {
      Atomics.store(state, laneCell.isClosing, 1);
      if (end === undefined) send({ kind: 'close' });
      close('the gallery was closed');
      await exited;
    },
  };
}

function isOf<K extends Answer['kind']>(answer: Answer, kind: K): answer is Answer & { kind: K } {
  return answer.kind === kind;
}

function failure(why: string, path?: string): PipelineError {
  return path === undefined
    ? new PipelineError('inference-failed', `The search failed: ${why}`)
    : new PipelineError('store-invalid', why, { path });
}
