import { type IndexBlock, readBlock } from '../io/index-blocks.ts';
import { type NearRows } from '../matching/select-nearest.ts';
import { exitGuard } from '../models/exit-guard.ts';
import { openSearchLane, type SearchLane } from './search-lane.ts';

/** Options of {@link openSearch}. */
export interface OpenSearchOptions {
  readonly featureLength: number;
  /** Most worker threads. */
  readonly threads: number;
  /** Whether the features are kept in memory; else each search reads them. */
  readonly isHeld: boolean;
  readonly signal?: AbortSignal | undefined;
}

/** Searches the blocks of an index. */
export interface Search extends AsyncDisposable {
  /** What each lane has found near each query, rows numbered as the blocks count them. Searches run one after the other. */
  nearest(search: { readonly queries: Float32Array; readonly k: number }): Promise<readonly (readonly NearRows[])[]>;
}

/** Buffers of one lane: one that it works on, one that is being filled. */
const buffersPerLane = 2;

/**
 * Opens the lanes, and gives them the blocks where they are held. No more lanes than blocks.
 *
 * @throws PipelineError `store-invalid` or `inference-failed`.
 */
export async function openSearch(blocks: readonly IndexBlock[], options: OpenSearchOptions): Promise<Search> {
  const { featureLength, threads, isHeld, signal } = options;
  const guard = exitGuard(Math.min(threads, blocks.length));
  const lanes = guard.flags.map((busy) => openSearchLane({ featureLength, busy }));
  const close = async (): Promise<void> => {
    await Promise.all(lanes.map((lane) => lane[Symbol.asyncDispose]()));
    guard[Symbol.dispose]();
  };
  try {
    if (isHeld) await holdAll(blocks, lanes, options);
    signal?.throwIfAborted();
  } catch (error) {
    await close();
    throw error;
  }

  const pass = isHeld ? undefined : createPass(blocks, lanes, options);
  let last: Promise<unknown> = Promise.resolve();
  return {
    nearest(search) {
      const found = last.then(async () => {
        const begun = lanes.map((lane) => lane.begin(search));
        await Promise.all([...begun, pass?.()]);
        return await Promise.all(lanes.map((lane) => lane.finish()));
      });
      last = found.catch(() => undefined);
      return found;
    },
    [Symbol.asyncDispose]: close,
  };
}

async function holdAll(
  blocks: readonly IndexBlock[],
  lanes: readonly SearchLane[],
  { featureLength, signal }: OpenSearchOptions,
): Promise<void> {
  // A few blocks at once: the disk is read while checksums are taken.
  await spread(blocks, 4, async (block, place) => {
    signal?.throwIfAborted();
    const features = new Float32Array(block.storedRows * featureLength);
    await readBlock(block, { features, featureLength, isChecked: true });
    await lanes[place % lanes.length]?.hold({ features, rows: block.rows, firstRow: block.firstRow });
  });
}

/** Shows all blocks to the lanes, each to one that is free. The first pass looks at the checksums. */
function createPass(
  blocks: readonly IndexBlock[],
  lanes: readonly SearchLane[],
  { featureLength }: OpenSearchOptions,
): () => Promise<void> {
  const size = Math.max(0, ...blocks.map(({ storedRows }) => storedRows)) * featureLength;
  const spare = lanes.flatMap((lane) =>
    Array.from({ length: buffersPerLane }, () => ({ lane, features: new Float32Array(size) })),
  );
  const checked = new Set<IndexBlock>();
  return async () => {
    await spread(blocks, spare.length, async (block) => {
      const buffer = spare.shift();
      if (buffer === undefined) throw new TypeError('Expected a buffer a reader, got none');
      let { features } = buffer;
      try {
        await readBlock(block, { features, featureLength, isChecked: !checked.has(block) });
        checked.add(block);
        features = await buffer.lane.scan({ features, rows: block.rows, firstRow: block.firstRow });
      } finally {
        // A lane that has broken keeps what was moved to it.
        spare.push({ lane: buffer.lane, features: features.length === size ? features : new Float32Array(size) });
      }
    });
  };
}

/** Does `work` for every value, in order of beginning, `atOnce` at a time. The first failure comes out when what is under way has ended. */
async function spread<T>(
  values: readonly T[],
  atOnce: number,
  work: (value: T, place: number) => Promise<void>,
): Promise<void> {
  const left = values.entries();
  let isFailed = false;
  const workers = Array.from({ length: atOnce }, async () => {
    for (const [place, value] of left) {
      if (isFailed) return;
      await work(value, place).catch((error: unknown) => {
        isFailed = true;
        throw error;
      });
    }
  });
  const settled = await Promise.allSettled(workers);
  const failed = settled.find((one) => one.status === 'rejected');
  if (failed) throw failed.reason;
}
