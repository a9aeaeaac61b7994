// Entry of a search lane's worker thread: answers one message after the other until it is told to close.
import { parentPort, workerData } from 'node:worker_threads';
import { messageOf, PipelineError } from '../core/errors.ts';
import { type IndexBlock, readBlock } from '../io/index-blocks.ts';
import { type NearestSelection, type NearRows, selectNearest } from '../matching/select-nearest.ts';
import { openDotSession, type QueryColumns } from '../models/dot-session.ts';
import { type SearchMessage, type SearchReply, type SearchStart } from './search-protocol.ts';

/** A block and its features. */
interface LoadedBlock {
  readonly block: IndexBlock;
  readonly features: Float32Array<ArrayBuffer>;
}

const { featureLength, storedRows, busy }: SearchStart = workerData;
const held: LoadedBlock[] = [];
/** Where blocks that are scanned go, one after the other. */
let room: Float32Array<ArrayBuffer> | undefined;
let search: { readonly columns: QueryColumns; readonly selection: NearestSelection } | undefined;

async function look({ block: { rows, firstRow }, features }: LoadedBlock): Promise<void> {
  if (search === undefined) throw new TypeError('Expected a search to have begun');
  const used = features.subarray(0, rows * featureLength);
  const dots = await session.run(used, search.columns);
  search.selection.visit({ dots, features: used, firstRow, rows });
}

async function carryOut(message: Exclude<SearchMessage, { kind: 'close' }>): Promise<readonly NearRows[]> {
  let found: readonly NearRows[] = [];
  switch (message.kind) {
    case 'hold': {
      const { block } = message;
      const features = new Float32Array(block.storedRows * featureLength);
      readBlock(block, { features, isChecked: true });
      held.push({ block, features });
      break;
    }
    case 'begin': {
      const { queries, k } = message;
      search = { columns: columnsOf(queries), selection: selectNearest({ queries, featureLength, k }) };
      for (const block of held) await look(block);
      break;
    }
    case 'scan': {
      const { block, isChecked } = message;
      room ??= new Float32Array(storedRows * featureLength);
      readBlock(block, { features: room, isChecked });
      await look({ block, features: room });
      break;
    }
    case 'finish':
      found = search?.selection.found() ?? [];
      search = undefined;
      break;
  }
  return found;
}

function columnsOf(queries: Float32Array): QueryColumns {
  const count = queries.length / featureLength;
  const columns = new Float32Array(queries.length);
  for (let query = 0; query < count; query += 1) {
    for (let place = 0; place < featureLength; place += 1) {
      columns[place * count + query] = queries[query * featureLength + place]!;
    }
  }
  return { columns, queries: count, featureLength };
}

function replyOf(error: unknown): SearchReply {
  const path = error instanceof PipelineError ? error.path : undefined;
  return { kind: 'failed', message: messageOf(error), ...(path !== undefined && { path }) };
}

function leaveNative(): void {
  // The thread may be ended.
  Atomics.store(busy, 0, 0);
  Atomics.notify(busy, 0);
}

const session = await openDotSession();
leaveNative();
let last = Promise.resolve();
parentPort?.on('message', (message: SearchMessage) => {
  if (message.kind === 'close') {
    last = last.then(async () => {
      await session[Symbol.asyncDispose]();
      parentPort?.close(); // Nothing is left to wait for, so the thread ends.
    });
    return;
  }
  last = last.then(async () => {
    Atomics.store(busy, 0, 1);
    const reply = await carryOut(message).then((found): SearchReply => ({ kind: 'done', found }), replyOf);
    leaveNative();
    parentPort?.postMessage(reply, []);
  });
});
