import { basename, join } from 'node:path';
import pLimit from 'p-limit';
import { type GalleryHit } from '../core/gallery.ts';
import { type ApproximateManifest, divideShards, rowsOf } from '../io/approximate-index.ts';
import { assertWholeIndex } from '../io/assert-whole-index.ts';
import { boxAt, type IndexedItem, type IndexShard, type ItemIndex } from '../io/open-item-index.ts';
import { readFeatureRows } from '../io/read-feature-rows.ts';
import { openVectorTable } from '../io/vector-table.ts';
import { compareHits } from '../matching/compare-hits.ts';
import { distanceBetween } from '../matching/distance-between.ts';
import { usableCores } from '../models/place-models.ts';
import { openExactSearch } from './exact-search.ts';
import { type HitSearch, type HitSearchOptions } from './hit-search.ts';

/** Boxes that are measured exactly for each one that is asked for, as one byte a number blurs their order. */
const measuredPerHit = 3;

/** Row of a shard that counts. */
interface Place {
  readonly shard: IndexShard;
  readonly item: IndexedItem;
  readonly row: number;
}

/**
 * Opens the table of an index. What it finds is measured again from the features of the index, in float64, so a distance is never wrong, and a box is only
 * ever missed. Boxes that count no more are passed over, and shards that came later are searched exactly.
 *
 * @throws PipelineError `library-missing`, or `store-invalid` when a file is missing or cut.
 */
export async function openApproximateSearch(
  index: ItemIndex,
  manifest: Omit<ApproximateManifest, 'measured'>,
  options: HitSearchOptions,
): Promise<HitSearch> {
  const { featureLength } = index;
  const { rows, settings } = manifest;
  const { covered, added } = divideShards(index, manifest);
  const rowsInTable = rowsOf(covered);
  assertWholeIndex({ featureLength, shards: covered });
  const placeOf = placesInTable(manifest.shards, covered);
  const beside = openExactSearch({ featureLength, shards: added }, options);
  const table = await openVectorTable(join(index.folder, manifest.table)).catch(async (error: unknown) => {
    await beside[Symbol.asyncDispose]();
    throw error;
  });
  const limit = pLimit(usableCores());

  const inTable = async (query: Float32Array, k: number): Promise<readonly GalleryHit[]> => {
    const wanted = Math.min(k, rowsInTable);
    // As many more as count no more, if those are spread evenly; else again.
    for (let count = Math.ceil((measuredPerHit * wanted * rows) / Math.max(1, rowsInTable)); ; count *= 4) {
      if (count === 0) return [];
      const asked = Math.min(count, rows);
      const effort = Math.max(settings.searchEffort, asked);
      const ids = await table.nearest(query, { count: asked, effort, partitions: settings.partitions });
      const places = ids.flatMap((id) => placeOf(id) ?? []);
      if (places.length >= wanted || asked === rows) return measured(query, places).sort(compareHits).slice(0, k);
    }
  };
  const warm = async (): Promise<void> => {
    const any = Float32Array.from({ length: featureLength }, (_, place) => Number(place === 0));
    await inTable(any, 1); // The first search reads the graphs.
  };
  const isReady = Promise.all([beside.ready(), warm()]).then(() => undefined);
  isReady.catch(() => undefined); // Whoever asks is told.
  return {
    ready: () => isReady,
    async nearest(queries, k) {
      const [near, found] = await Promise.all([
        beside.nearest(queries, k),
        Promise.all(queries.map((query) => limit(() => inTable(query, k)))),
      ]);
      return queries.map((_, place) => [...(near[place] ?? []), ...(found[place] ?? [])].sort(compareHits).slice(0, k));
    },
    async [Symbol.asyncDispose]() {
      await isReady.catch(() => undefined);
      table[Symbol.dispose]();
      await beside[Symbol.asyncDispose]();
    },
  };
}

/** Says where the box of a number is; undefined when it counts no more. */
function placesInTable(
  listed: ApproximateManifest['shards'],
  covered: readonly IndexShard[],
): (id: number) => Place | undefined {
  const byName = new Map(covered.map((shard) => [basename(shard.path), shard]));
  const firstIds: number[] = [];
  let next = 0;
  for (const { rows } of listed) {
    firstIds.push(next);
    next += rows;
  }
  return (id) => {
    const number = lastAtMost(firstIds, id);
    const shard = byName.get(listed[number]?.name ?? '');
    const row = id - (firstIds[number] ?? 0);
    const item = shard?.items[lastAtMost(shard.items, row, ({ firstRow }) => firstRow)];
    if (shard === undefined || item === undefined) return undefined;
    return row >= item.firstRow && row < item.firstRow + item.rows ? { shard, item, row } : undefined;
  };
}

/** Place of the last of some rising values that is no greater than `value`; 0 when all are. */
function lastAtMost<T>(all: readonly T[], value: number, of: (one: T) => number = Number): number {
  let low = 0;
  let high = all.length;
  while (high - low > 1) {
    const middle = (low + high) >>> 1;
    const one = all[middle];
    if (one !== undefined && of(one) <= value) low = middle;
    else high = middle;
  }
  return low;
}

/** The boxes at some places, and how far they are. Reads their features, those of a shard together. */
function measured(query: Float32Array, places: readonly Place[]): GalleryHit[] {
  const byShard = new Map<IndexShard, Place[]>();
  for (const place of places) {
    const some = byShard.get(place.shard);
    if (some) some.push(place);
    else byShard.set(place.shard, [place]);
  }
  return [...byShard].flatMap(([{ path, sidecar }, some]) => {
    const rows = some.map(({ row }) => row);
    return readFeatureRows(`${path}.f32`, rows, query.length).flatMap((feature, number) => {
      const place = some[number];
      if (place === undefined) return [];
      return [{ box: boxAt(sidecar, place.item, place.row), distance: distanceBetween(query, feature) }];
    });
  });
}
