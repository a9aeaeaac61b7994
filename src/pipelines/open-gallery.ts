import { assertInteger, assertPath } from '../core/assert.ts';
import { type KeptBox } from '../core/crop.ts';
import { type Gallery, type GalleryHit } from '../core/gallery.ts';
import { isUnitVector, normOf } from '../core/unit-vector.ts';
import { indexBoxes, openItemIndex, readIndexFeatures } from '../io/open-item-index.ts';
import { compareHits } from '../matching/compare-hits.ts';
import { squaredDistance } from '../matching/dot-products.ts';
import { keepPace } from '../matching/pace.ts';

/** Options of {@link openGallery}. */
export interface OpenGalleryOptions {
  /** Fingerprint of the models whose features will be asked about; any when left out. */
  readonly model?: string;
  /** Most bytes of features held in memory; an index with more is read anew for each call of `nearest`. @defaultValue `1073741824`, which is 1 GiB */
  readonly memoryBytes?: number;
  /** Worker threads that search: an integer, at least 1. @defaultValue one a CPU core */
  readonly threads?: number;
  /** Stops the opening; its reason comes out. */
  readonly signal?: AbortSignal;
}

/**
 * Opens an item index to be searched.
 *
 * @example await using gallery = await openGallery('shop.vitrine', { model: models.set.fingerprint });
 * @throws TypeError when an option is out of range.
 * @throws PipelineError `store-invalid` when the folder is no index, is damaged, of a newer format, or of other models.
 */
export async function openGallery(folder: string, options: OpenGalleryOptions = {}): Promise<Gallery> {
  const { model, memoryBytes = 2 ** 30, threads, signal } = options;
  assertPath('folder', folder);
  assertInteger('memoryBytes', memoryBytes, 0);
  if (threads !== undefined) assertInteger('threads', threads, 1, 256);
  signal?.throwIfAborted();
  const index = await openItemIndex(folder, model === undefined ? {} : { model: { fingerprint: model } });
  const { featureLength, rows } = index;
  const held: { readonly box: KeptBox; readonly feature: Float32Array }[] = [];
  for (const shard of index.shards) {
    signal?.throwIfAborted();
    const features = await readIndexFeatures(shard);
    for (const { row, box } of indexBoxes(shard)) {
      held.push({ box, feature: features.subarray(row * featureLength, (row + 1) * featureLength) });
    }
  }
  return {
    model: index.model.fingerprint,
    featureLength,
    rows,
    items: [...index.items.keys()],
    async nearest(queries, k) {
      assertInteger('k', k, 1);
      for (const query of queries) assertQuery(query, featureLength);
      const pace = keepPace();
      const found: (readonly GalleryHit[])[] = [];
      for (const query of queries) {
        const hits: GalleryHit[] = [];
        for (const { box, feature } of held) {
          let dot = 0;
          for (let at = 0; at < featureLength; at += 1) dot += query[at]! * feature[at]!;
          hits.push({ box, distance: squaredDistance(dot) });
          if (pace.isDue()) await pace.rest();
        }
        found.push(hits.sort(compareHits).slice(0, k));
      }
      return found;
    },
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
}

function assertQuery(query: Float32Array, featureLength: number): void {
  if (query.length !== featureLength) {
    throw new TypeError(`Expected queries of ${featureLength} numbers, got one of ${query.length}`);
  }
  if (!isUnitVector(query)) throw new TypeError(`Expected queries of norm 1, got one of norm ${normOf(query)}`);
}
