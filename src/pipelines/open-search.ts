import { type IndexBlock } from '../io/index-blocks.ts';
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
  /** Ends the reading of what is held. */
  readonly signal?: AbortSignal | undefined;
}

/** Searches the blocks of an index. */
export interface Search extends AsyncDisposable {
  /** Resolves when what is held has been read and fits its checksums. When that fails, searches fail too, for the same reason. */
  ready(): Promise<void>;
  /** What each lane has found near each query, rows numbered as the blocks count them. Searches run one after the other. */
  nearest(search: { readonly queries: Float32Array; readonly k: number }): Promise<readonly (readonly NearRows[])[]>;
}

/** Blocks that one lane is asked for at once, so that it has the next one when it is done with one. */
const blocksPerLane = 2;

/**
 * Opens the lanes, which begin to read the blocks if they are held; searches wait for that. No more lanes than blocks.
 *
 * What a search or `ready` rejects with is a `PipelineError`, `store-invalid` or `inference-failed`, or the signal's reason.
 */
export function openSearch(blocks: readonly IndexBlock[], options: OpenSearchOptions): Search {
  const { featureLength, threads, isHeld, signal } = options;
  const guard = exitGuard(Math.min(threads, blocks.length));
  const storedRows = Math.max(0, ...blocks.map((block) => block.storedRows));
  const lanes = guard.flags.map((state) => openSearchLane({ featureLength, storedRows, state }));
  const held = isHeld ? share(blocks, lanes, (lane, block) => lane.hold(block), signal) : Promise.resolve();
  held.catch(() => undefined); // Whoever asks is told.

  // The first pass looks at the checksums.
  const checked = new Set<IndexBlock>();
  const scan = async (lane: SearchLane, block: IndexBlock): Promise<void> => {
    await lane.scan(block, { isChecked: !checked.has(block) });
    checked.add(block);
  };
  let last: Promise<unknown> = Promise.resolve();
  return {
    ready: () => held,
    nearest(search) {
      const found = last.then(async () => {
        await held;
        await Promise.all([
          ...lanes.map((lane) => lane.begin(search)),
          ...(isHeld ? [] : [share(blocks, lanes, scan)]),
        ]);
        return await Promise.all(lanes.map((lane) => lane.finish()));
      });
      last = found.catch(() => undefined);
      return found;
    },
    async [Symbol.asyncDispose]() {
      await Promise.all(lanes.map((lane) => lane[Symbol.asyncDispose]()));
      guard[Symbol.dispose]();
    },
  };
}

/** Gives every block to whichever lane is free. The first failure comes out when what is under way has ended. */
async function share(
  blocks: readonly IndexBlock[],
  lanes: readonly SearchLane[],
  work: (lane: SearchLane, block: IndexBlock) => Promise<void>,
  signal?: AbortSignal,
): Promise<void> {
  const left = blocks.values();
  let isOver = false;
  const takers = lanes.flatMap((lane) =>
    Array.from({ length: blocksPerLane }, async () => {
      for (const block of left) {
        signal?.throwIfAborted();
        if (isOver) return;
        await work(lane, block).catch((error: unknown) => {
          isOver = true;
          throw error;
        });
      }
    }),
  );
  const settled = await Promise.allSettled(takers);
  const failed = settled.find((one) => one.status === 'rejected');
  if (failed) throw failed.reason;
}
