import { type KeptBox } from '../core/crop.ts';
import { type GalleryHit } from '../core/gallery.ts';
import { type MeasuredRecall } from '../io/approximate-index.ts';
import { indexBoxes, type ItemIndex } from '../io/open-item-index.ts';
import { readFeatureRows } from '../io/read-feature-rows.ts';
import { usableCores } from '../models/place-models.ts';
import { openExactSearch } from './exact-search.ts';
import { type HitSearch } from './hit-search.ts';

/** Options of {@link measureRecall}. */
export interface MeasureRecallOptions {
  /** Boxes that each query asks for. */
  readonly k: number;
  /** Boxes that ask, evenly spread over the index; all where there are fewer. */
  readonly sample: number;
  readonly signal?: AbortSignal | undefined;
}

/** Bytes of features that are held to be searched exactly. */
const memoryBytes = 2 ** 30;

/** Queries that are timed one by one, in the exact search too. */
const timed = 3;

/**
 * Holds an approximate search against an exact one: boxes of the index ask for their neighbours, themselves left out. Of several boxes at one distance
 * any will do.
 */
export async function measureRecall(
  index: ItemIndex,
  approximate: HitSearch,
  { k, sample, signal }: MeasureRecallOptions,
): Promise<MeasuredRecall> {
  const asking = sampleOf(index, sample);
  const features = asking.map(({ feature }) => feature);
  await using exact = openExactSearch(index, { memoryBytes, threads: usableCores(), signal });
  await Promise.all([exact.ready(), approximate.ready()]);
  const truth = await exact.nearest(features, k + 1);
  let wanted = 0;
  let found = 0;
  const approximateMs: number[] = [];
  for (const [place, { box, feature }] of asking.entries()) {
    signal?.throwIfAborted();
    const [hits, ms] = await timedSearch(approximate, feature, k + 1);
    approximateMs.push(ms);
    const right = others(truth[place] ?? [], box).slice(0, k);
    const furthest = right.at(-1)?.distance ?? -Infinity;
    wanted += right.length;
    found += others(hits, box).filter(({ distance }, rank) => rank < k && distance <= furthest).length;
  }
  const exactMs: number[] = [];
  for (const feature of features.slice(0, timed)) exactMs.push((await timedSearch(exact, feature, k + 1))[1]);
  return {
    k,
    queries: asking.length,
    recall: wanted === 0 ? 1 : found / wanted,
    approximateMs: median(approximateMs),
    exactMs: median(exactMs),
  };
}

interface Asking {
  readonly box: KeptBox;
  readonly feature: Float32Array;
}

function sampleOf({ shards, rows, featureLength }: ItemIndex, sample: number): readonly Asking[] {
  const count = Math.min(sample, rows);
  const wanted = new Set(Array.from({ length: count }, (_, place) => Math.floor(((place + 0.5) * rows) / count)));
  const asking: Asking[] = [];
  let first = 0;
  for (const shard of shards) {
    const boxes = indexBoxes(shard);
    const some = boxes.filter((_, place) => wanted.has(first + place));
    first += boxes.length;
    if (some.length === 0) continue;
    const features = readFeatureRows(
      `${shard.path}.f32`,
      some.map(({ row }) => row),
      featureLength,
    );
    for (const [place, feature] of features.entries()) {
      const box = some[place]?.box;
      if (box) asking.push({ box, feature });
    }
  }
  return asking;
}

function others(hits: readonly GalleryHit[], { owner, frame, boxIndex }: KeptBox): readonly GalleryHit[] {
  return hits.filter(({ box }) => box.owner.id !== owner.id || box.frame !== frame || box.boxIndex !== boxIndex);
}

async function timedSearch(
  search: HitSearch,
  query: Float32Array,
  k: number,
): Promise<readonly [readonly GalleryHit[], number]> {
  const start = performance.now();
  const [hits = []] = await search.nearest([query], k);
  return [hits, performance.now() - start];
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN;
}
