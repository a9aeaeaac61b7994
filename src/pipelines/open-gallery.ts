import { availableParallelism } from 'node:os';
import { assertInteger, assertPath } from '../core/assert.ts';
import { type KeptBox } from '../core/crop.ts';
import { type Gallery, type GalleryHit } from '../core/gallery.ts';
import { isUnitVector, normOf } from '../core/unit-vector.ts';
import { assertStored, boxOfRow, indexBlocks } from '../io/index-blocks.ts';
import { openItemIndex } from '../io/open-item-index.ts';
import { mergeNear } from '../matching/merge-near.ts';
import { openSearch, type Search } from './open-search.ts';

/** Options of {@link openGallery}. */
export interface OpenGalleryOptions {
  /** Fingerprint of the models whose features will be asked about; any when left out. */
  readonly model?: string;
  /**
   * Most bytes of features held in memory. An index with more is read anew for each call of `nearest`, through some 32 MiB a thread, so that a call with
   * many queries is cheaper than many calls. @defaultValue `1073741824`, which is 1 GiB
   */
  readonly memoryBytes?: number;
  /** Worker threads that search: an integer, at least 1. @defaultValue one a CPU core */
  readonly threads?: number;
  /** Stops the opening, and the reading that goes on afterwards; its reason comes out, of `nearest` too. */
  readonly signal?: AbortSignal;
}

/** Rows that are read and multiplied at once: 32 MiB of features of 2048 numbers. */
const blockRows = 4096;

/** Queries that one pass over the features is shared by: their products with a block take 4 MiB. */
const queriesAtOnce = 256;

/**
 * Opens an item index to be searched. What others add to it from then on is not seen.
 *
 * The search is exact: products of all features with the queries, in blocks and on worker threads, say in float32 which boxes can be among
 * the nearest, and their distances are then taken in float64. The answer depends on neither threads nor memory.
 *
 * A gallery is open when what it holds is known. Features that fit into memory are read from then on, and the first search waits for them, as `ready` does.
 *
 * @example await using gallery = await openGallery('shop.vitrine', { model: models.set.fingerprint });
 * @throws TypeError when an option is out of range.
 * @throws PipelineError `store-invalid` when the folder is no index, a file is missing or cannot be read, it is of a newer format, or of other models. That
 * features do not fit their checksum comes out of `ready` and `nearest`.
 */
export async function openGallery(folder: string, options: OpenGalleryOptions = {}): Promise<Gallery> {
  const { model, memoryBytes = 2 ** 30, threads = availableParallelism(), signal } = options;
  assertPath('folder', folder);
  assertInteger('memoryBytes', memoryBytes, 0);
  assertInteger('threads', threads, 1, 256);
  signal?.throwIfAborted();
  const index = await openItemIndex(folder, model === undefined ? {} : { model: { fingerprint: model } });
  const { featureLength, rows } = index;
  const blocks = indexBlocks(index, blockRows);
  assertStored(blocks);
  signal?.throwIfAborted();
  const isHeld = rows * featureLength * 4 <= memoryBytes;
  const search = openSearch(blocks, { featureLength, threads, isHeld, signal });
  const boxOf = boxOfRow(index);
  let pictures: ReadonlyMap<string, ReadonlySet<string>> | undefined;
  return {
    model: index.model.fingerprint,
    featureLength,
    rows,
    items: [...index.items.keys()],
    ready: () => search.ready(),
    picturesOf(item) {
      // Not before it is asked for: opening need not look at every row.
      pictures ??= picturesByItem(rows, boxOf);
      return pictures.get(item)?.size ?? 0;
    },
    async nearest(queries, k) {
      assertInteger('k', k, 1);
      for (const query of queries) assertQuery(query, featureLength);
      const hits: (readonly GalleryHit[])[] = [];
      for (let at = 0; at < queries.length; at += queriesAtOnce) {
        const some = queries.slice(at, at + queriesAtOnce);
        const found = await ask(search, some, { featureLength, k: Math.min(k, Math.max(1, rows)) });
        for (const place of some.keys()) {
          hits.push(
            mergeNear(
              found.flatMap((of) => of[place] ?? []),
              { k, boxOf },
            ),
          );
        }
      }
      return hits;
    },
    [Symbol.asyncDispose]: () => search[Symbol.asyncDispose](),
  };
}

function picturesByItem(rows: number, boxOf: (row: number) => KeptBox): ReadonlyMap<string, ReadonlySet<string>> {
  const pictures = new Map<string, Set<string>>();
  for (let row = 0; row < rows; row += 1) {
    const { owner, frame } = boxOf(row);
    const known = pictures.get(owner.id);
    if (known) known.add(frame);
    else pictures.set(owner.id, new Set([frame]));
  }
  return pictures;
}

function ask(
  search: Search,
  queries: readonly Float32Array[],
  { featureLength, k }: { readonly featureLength: number; readonly k: number },
): ReturnType<Search['nearest']> {
  const packed = new Float32Array(queries.length * featureLength);
  for (const [place, query] of queries.entries()) packed.set(query, place * featureLength);
  return search.nearest({ queries: packed, k });
}

function assertQuery(query: Float32Array, featureLength: number): void {
  if (query.length !== featureLength) {
    throw new TypeError(`Expected queries of ${featureLength} numbers, got one of ${query.length}`);
  }
  if (!isUnitVector(query)) throw new TypeError(`Expected queries of norm 1, got one of norm ${normOf(query)}`);
}
