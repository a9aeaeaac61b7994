import { assertInteger, assertKeys, type EveryKey } from '../core/assert.ts';
import { compareIds } from '../core/compare-ids.ts';
import { type MatchingOptions } from '../core/defaults.ts';
import { type BoxSource } from './box-source.ts';
import { checkMatching } from './check-matching.ts';
import { squaredDistance } from './dot-products.ts';
import { keepNear } from './keep-near.ts';
import { type PackedBoxes, packBoxes } from './pack-boxes.ts';
import { keepPace, type Pace } from './pace.ts';
import { visitDots } from './visit-dots.ts';

/** An item in a clip's ranking. */
export interface RankedItem {
  readonly itemId: string;
  /** Distance of the pair, 0 to 4. */
  readonly distance: number;
}

/** What {@link rankItems} takes. */
export interface RankItemsOptions {
  /** Boxes of the items' pictures, those of one item together. */
  readonly queries: BoxSource;
  /** Boxes of the clips, in any order. */
  readonly gallery: BoxSource;
  /** Thresholds, of which the quantile counts here. @defaultValue `defaultMatching` */
  readonly options?: Partial<MatchingOptions>;
  /** Items to keep for each clip: an integer, at least 1. @defaultValue `10` */
  readonly depth?: number;
  /** Most query boxes at once: an integer, at least 1; each costs a float32 a clip. @defaultValue `1024` */
  readonly queryRows?: number;
  /** Stops the search; the promise then rejects with its reason. */
  readonly signal?: AbortSignal | undefined;
}

const optionKeys: EveryKey<RankItemsOptions> = {
  queries: true,
  gallery: true,
  options: true,
  depth: true,
  queryRows: true,
  signal: true,
};

/**
 * Ranks the items for each clip, as the rule of SPEC 6 would before items compete.
 *
 * The distance of an item and a clip is the one that the rule would give to the pair if the gallery were that clip alone: each
 * box of the item finds its nearest box in the clip, those below the quantile are kept (or else the nearest), and their mean
 * is the distance. The nearest item comes first, on a tie the one with the lower id.
 *
 * @returns for each clip that has a box, at most `depth` items.
 * @throws TypeError as `matchBoxes`, and when the boxes of one item are not together.
 */
export async function rankItems(input: RankItemsOptions): Promise<ReadonlyMap<string, readonly RankedItem[]>> {
  const { queries, gallery, depth = 10, queryRows = 1024, signal } = input;
  assertKeys('input', input, optionKeys);
  const options = checkMatching(input.options);
  assertInteger('depth', depth, 1);
  assertInteger('queryRows', queryRows, 1);

  const rankings = new Map<string, RankedItem[]>();
  const finish = ({ id, distances }: OpenItem): void => {
    for (const [clipId, of] of distances) {
      const kept = keepNear(
        of.sort((a, b) => a - b),
        (distance) => distance,
        options,
      );
      if (kept.length === 0) continue;
      const distance = kept.reduce((sum, value) => sum + value, 0) / kept.length;
      insert(rankings, clipId, { itemId: id, distance }, depth);
    }
  };

  const pace = keepPace(signal);
  const seen = new Set<string>();
  let item: OpenItem | undefined;
  for await (const block of packBoxes(queries, { side: 'query', rows: queryRows })) {
    const columns = await nearestPerClip(block, gallery, pace);
    for (const [row, { owner }] of block.boxes.entries()) {
      if (item?.id !== owner.id) {
        if (item !== undefined) finish(item);
        if (seen.has(owner.id)) throw new TypeError(`Expected the boxes of item ${owner.id} to be together`);
        seen.add(owner.id);
        item = { id: owner.id, distances: new Map() };
      }
      for (const [clipId, column] of columns) append(item.distances, clipId, column[row]!);
    }
  }
  if (item !== undefined) finish(item);
  return rankings;
}

/** An item whose boxes are still coming in: the nearest distances of each box so far, by clip. */
interface OpenItem {
  readonly id: string;
  readonly distances: Map<string, number[]>;
}

/** For each clip, the distance of each query row to its nearest box of that clip. */
async function nearestPerClip(
  queries: PackedBoxes,
  gallery: BoxSource,
  pace: Pace,
): Promise<ReadonlyMap<string, Float32Array>> {
  const { featureLength } = queries;
  const columns = new Map<string, Float32Array>();
  const columnOf = (clipId: string): Float32Array => {
    const column = columns.get(clipId) ?? new Float32Array(queries.boxes.length).fill(Infinity);
    columns.set(clipId, column);
    return column;
  };
  for await (const block of packBoxes(gallery, { side: 'gallery', rows: 1024, featureLength })) {
    const columnOfRow = block.boxes.map(({ owner }) => columnOf(owner.id));
    await visitDots(queries, block, {
      pace,
      visit(dots, { query, offset, firstRow, rows }) {
        for (let row = 0; row < rows; row += 1) {
          const column = columnOfRow[firstRow + row]!;
          column[query] = Math.min(column[query]!, squaredDistance(dots[offset + row]!));
        }
      },
    });
  }
  return columns;
}

function append(lists: Map<string, number[]>, key: string, value: number): void {
  const list = lists.get(key);
  if (list === undefined) lists.set(key, [value]);
  else list.push(value);
}

function insert(rankings: Map<string, RankedItem[]>, clipId: string, ranked: RankedItem, depth: number): void {
  const ranking = rankings.get(clipId) ?? [];
  rankings.set(clipId, ranking);
  const last = ranking.at(-1);
  if (ranking.length === depth && last !== undefined && compareRanked(ranked, last) > 0) return;
  ranking.push(ranked);
  ranking.sort(compareRanked);
  if (ranking.length > depth) ranking.pop();
}

function compareRanked(a: RankedItem, b: RankedItem): number {
  return a.distance - b.distance || compareIds(a.itemId, b.itemId);
}
