import { type GalleryHit } from '../core/gallery.ts';
import { boxOfRow, indexBlocks } from '../io/index-blocks.ts';
import { assertStored } from '../io/read-index-block.ts';
import { type ItemIndex } from '../io/open-item-index.ts';
import { mergeNear } from '../matching/merge-near.ts';
import { type HitSearch, type HitSearchOptions } from './hit-search.ts';
import { openSearch } from './open-search.ts';

/** Rows that are read and multiplied at once: 32 MiB of features of 2048 numbers. */
const blockRows = 4096;

/** Queries that one pass over the features is shared by: their products with a block take 4 MiB. */
const queriesAtOnce = 256;

/**
 * Searches an index exactly: products of all features with the queries, in blocks and on worker threads, say in float32 which boxes can be among the
 * nearest, and their distances are then taken in float64.
 *
 * @throws PipelineError `store-invalid` when a file is missing or cut.
 */
export function openExactSearch(
  index: Pick<ItemIndex, 'featureLength' | 'shards'>,
  { memoryBytes, threads, signal }: HitSearchOptions,
): HitSearch {
  const { featureLength } = index;
  const blocks = indexBlocks(index, blockRows);
  assertStored(blocks);
  const rows = blocks.reduce((sum, block) => sum + block.rows, 0);
  const isHeld = rows * featureLength * 4 <= memoryBytes;
  const search = openSearch(blocks, { featureLength, threads, isHeld, signal });
  const boxOf = boxOfRow(index);
  return {
    ready: () => search.ready(),
    async nearest(queries, k) {
      const hits: (readonly GalleryHit[])[] = [];
      for (let at = 0; at < queries.length; at += queriesAtOnce) {
        const some = queries.slice(at, at + queriesAtOnce);
        const found = await search.nearest({ queries: packed(some, featureLength), k: Math.min(k, Math.max(1, rows)) });
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

function packed(queries: readonly Float32Array[], featureLength: number): Float32Array {
  const numbers = new Float32Array(queries.length * featureLength);
  for (const [place, query] of queries.entries()) numbers.set(query, place * featureLength);
  return numbers;
}
