// Entry of a search lane's worker thread: answers one message after the other until it is told to close.
import { parentPort, workerData } from 'node:worker_threads';
import { messageOf, PipelineError } from '../core/errors.ts';
import { type IndexBlock } from '../io/index-blocks.ts';
import { readBlock } from '../io/read-index-block.ts';
import { type DotSession, openDotSession } from '../models/dot-session.ts';
import { laneCell } from '../models/lane-protocol.ts';
import { openCoarseSession } from '../models/coarse-session.ts';
import { areBytesExact } from '../models/held-rows-session.ts';
import { openGroupMaxSession } from '../models/group-max-session.ts';
import { holdRows } from './hold-rows.ts';
import { chooseWays, coarseProducts, fullProducts, type ProductsWay } from './row-products.ts';
import { type HeldBlock, type NearestScan, roomFor, type RowScan, scanMaxima, scanProducts } from './scan-rows.ts';
import { type SearchMessage, type SearchReply, type SearchStart } from './search-protocol.ts';

/**
 * Queries from which on the nearest row alone is sought through largest products. On one core of an EPYC with AVX2, 2048 numbers a row, in GFLOP a CPU
 * second: with 32 queries 47 that way and 61 with all products, with 64 queries 60 and 52, with 128 queries 66 and 44.
 */
const manyQueries = 64;

/** Rows that take no time to be multiplied in float32, so that bytes would save none. */
const fewRows = 1024;

/** A block and its features. */
interface LoadedBlock {
  readonly block: IndexBlock;
  readonly features: Float32Array<ArrayBuffer>;
  readonly held?: HeldBlock | undefined;
}

const { featureLength, storedRows, state }: SearchStart = workerData;
const held: LoadedBlock[] = [];
/** Where blocks that are scanned go, one after the other. */
let room: Float32Array<ArrayBuffer> | undefined;
let products: DotSession | undefined;
let search: RowScan | undefined;
let nearest: NearestScan | undefined;
let ways: readonly ProductsWay[] | undefined;
let isExact: Promise<boolean> | undefined;
const bytes = { areWorthIt: true };
/** What has been opened, each when it was asked for. */
const sessions: AsyncDisposable[] = [];

async function productsOfAll(): Promise<DotSession> {
  if (products === undefined) sessions.push((products = await openDotSession()));
  return products;
}

async function waysToNearest(): Promise<readonly ProductsWay[]> {
  if (ways !== undefined) return ways;
  const [full, coarse] = await Promise.all([openGroupMaxSession(), openCoarseSession()]);
  sessions.push(full, coarse);
  ways = await chooseWays({ full: fullProducts(full), coarse: coarseProducts(coarse) });
  return ways;
}

/** Holds rows as bytes too where the processor multiplies bytes faster than float32. */
async function holdBytes({ rows }: IndexBlock, features: Float32Array): Promise<HeldBlock | undefined> {
  if (rows < fewRows || (await waysToNearest()).length === 1) return undefined;
  if (!(await (isExact ??= areBytesExact()))) return undefined;
  const block = await holdRows(features.subarray(0, rows * featureLength), featureLength);
  sessions.push(block);
  return block;
}

async function look({ block: { rows, firstRow }, features, held: bytes }: LoadedBlock): Promise<void> {
  await begun(search).look({ features, firstRow, rows, held: bytes });
}

async function carryOut(message: Exclude<SearchMessage, { kind: 'close' }>): Promise<SearchReply> {
  switch (message.kind) {
    case 'hold': {
      const { block } = message;
      const features = new Float32Array(roomFor(block.storedRows) * featureLength);
      readBlock(block, { features, isChecked: true });
      held.push({ block, features, held: await holdBytes(block, features) });
      break;
    }
    case 'begin': {
      const { queries, k } = message;
      const isNearest = k === 1 && queries.length >= manyQueries * featureLength;
      search = isNearest
        ? scanMaxima(await waysToNearest(), { queries, featureLength })
        : scanProducts(productsOfAll, { queries, featureLength, k, bytes });
      for (const block of held) await look(block);
      break;
    }
    case 'scan': {
      const { block, isChecked } = message;
      room ??= new Float32Array(roomFor(storedRows) * featureLength);
      readBlock(block, { features: room, isChecked });
      await look({ block, features: room });
      break;
    }
    case 'finish': {
      const found = search?.found() ?? [];
      search = undefined;
      return { kind: 'found', found };
    }
    case 'seek':
      nearest = scanMaxima(await waysToNearest(), message);
      break;
    case 'look': {
      const { features, rows } = message.given;
      const scan = begun(nearest);
      await scan.look({ features, firstRow: 0, rows });
      return { kind: 'looked', looked: { features, nearer: scan.take() } };
    }
  }
  return { kind: 'done' };
}

function begun<T>(scan: T | undefined): T {
  if (scan === undefined) throw new TypeError('Expected a search to have begun');
  return scan;
}

function replyOf(error: unknown): SearchReply {
  const path = error instanceof PipelineError ? error.path : undefined;
  return { kind: 'failed', message: messageOf(error), ...(path !== undefined && { path }) };
}

/** Out of native code, so the thread may be ended if nothing else waits. To be said before an answer, which may bring the next message at once. */
function leaveNative(): void {
  Atomics.sub(state, laneCell.unanswered, 1);
  Atomics.notify(state, laneCell.unanswered);
}

leaveNative();
let last = Promise.resolve();
parentPort?.on('message', (message: SearchMessage) => {
  if (message.kind === 'close') {
    last = last.then(async () => {
      await Promise.all(sessions.map((session) => session[Symbol.asyncDispose]()));
      parentPort?.close(); // Nothing is left to wait for, so the thread ends.
    });
    return;
  }
  last = last.then(async () => {
    const isClosing = Atomics.load(state, laneCell.isClosing) === 1;
    const reply = isClosing ? replyOf('the gallery was closed') : await carryOut(message).catch(replyOf);
    leaveNative();
    parentPort?.postMessage(reply, reply.kind === 'looked' ? [reply.looked.features.buffer] : []);
  });
});
