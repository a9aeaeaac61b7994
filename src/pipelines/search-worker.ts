// Entry of a search lane's worker thread: answers one message after the other until it is told to close.
import { parentPort, workerData } from 'node:worker_threads';
import { messageOf } from '../core/errors.ts';
import { type NearestSelection, selectNearest } from '../matching/select-nearest.ts';
import { openDotSession, type QueryColumns } from '../models/dot-session.ts';
import { type FeatureBlock, type SearchMessage, type SearchReply, type SearchStart } from './search-protocol.ts';

const { featureLength, busy }: SearchStart = workerData;
const session = await openDotSession();
const held: FeatureBlock[] = [];
let search: { readonly columns: QueryColumns; readonly selection: NearestSelection } | undefined;

async function look({ features, rows, firstRow }: FeatureBlock): Promise<void> {
  if (search === undefined) throw new TypeError('Expected a search to have begun');
  const used = features.subarray(0, rows * featureLength);
  const dots = await session.run(used, search.columns);
  search.selection.visit({ dots, features: used, firstRow, rows });
}

async function answer(message: Exclude<SearchMessage, { kind: 'close' }>): Promise<SearchReply> {
  switch (message.kind) {
    case 'hold':
      held.push(message.block);
      return { kind: 'done' };
    case 'begin': {
      const { queries, k } = message;
      search = {
        columns: columnsOf(queries),
        selection: selectNearest({ queries, featureLength, k }),
      };
      for (const block of held) await look(block);
      return { kind: 'done' };
    }
    case 'scan':
      await look(message.block);
      return { kind: 'done', scanned: message.block.features };
    case 'finish': {
      const found = search?.selection.found() ?? [];
      search = undefined;
      return { kind: 'done', found };
    }
  }
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

function reply(message: SearchReply): void {
  // Out of native code, so the thread may be ended.
  Atomics.store(busy, 0, 0);
  Atomics.notify(busy, 0);
  const scanned = message.kind === 'done' ? message.scanned : undefined;
  parentPort?.postMessage(message, scanned === undefined ? [] : [scanned.buffer]);
}

let last = Promise.resolve();
parentPort?.on('message', (message: SearchMessage) => {
  last = last.then(async () => {
    if (message.kind === 'close') {
      await session[Symbol.asyncDispose]();
      parentPort?.close(); // Nothing is left to wait for, so the thread ends.
      return;
    }
    Atomics.store(busy, 0, 1);
    reply(await answer(message).catch((error: unknown) => ({ kind: 'failed', message: messageOf(error) }) as const));
  });
});
