import { dotError, leastEqualDot, leastTrueDot } from './dot-error.ts';
import { squaredDistance } from './dot-products.ts';
import { dotInAnyOrder, dotInOrder, orderError } from './exact-dot.ts';

/** Rows that are near one query, and how near, in no order. */
export interface NearRows {
  readonly rows: readonly number[];
  /** Of each row, as `squaredDistance` defines it. */
  readonly distances: readonly number[];
}

/** What {@link selectNearest} looks for. */
export interface SelectNearestOptions {
  /** Query by query, `featureLength` numbers each. */
  readonly queries: Float32Array;
  readonly featureLength: number;
  /** Rows to find for each query: an integer, at least 1. */
  readonly k: number;
}

/** A block of rows and their dot products with all queries. */
export interface DotBlock {
  /** Row by row, one a query, unless `coarse` says otherwise; each at most `dotError` off. */
  readonly dots: Float32Array;
  /** Where products are further off. */
  readonly coarse?: CoarseErrors;
  readonly features: Float32Array;
  /** Number of the block's first row. */
  readonly firstRow: number;
  readonly rows: number;
}

/** How far products are off that go query by query, one a row: at most the error of the query and that of the row. */
export interface CoarseErrors {
  /** Has been added to the row's products. */
  readonly rows: Float32Array;
  readonly queries: Float64Array;
}

/** Goes through blocks of rows and keeps those that are near. */
export interface NearestSelection {
  /**
   * Goes through blocks, and says of how many rows, query by query, a product in float64 was taken: of fewer when it is shown many blocks at once.
   */
  visit(...blocks: readonly DotBlock[]): number;
  /** For each query, the `k` nearest rows that it was shown, and any others that are as near as the last of them. */
  found(): readonly NearRows[];
}

/**
 * Finds the nearest rows exactly, with the help of dot products that are not exact.
 *
 * What an inexact product says is only whether a row can be among the nearest at all; the few that can are looked at again in float64, so neither
 * blocks nor processors nor the size of the errors change the answer. Holds `k` rows a query, and those that are as near.
 */
export function selectNearest({ queries, featureLength, k }: SelectNearestOptions): NearestSelection {
  const count = queries.length / featureLength;
  const usualErrors = new Float64Array(count).fill(dotError(featureLength));
  const near = Array.from({ length: count }, () => ({ rows: [] as number[], distances: [] as number[] }));
  /** A true product below it is of a row that is further. */
  const floors = new Float64Array(count).fill(-Infinity);
  /** Rows, query by query, that were looked at in float64. */
  let measured = 0;

  /** Raises the floor of a query to what the `k`-th largest of some true products, or of what they are at least, says. */
  const raise = (query: number, leasts: Float64Array): void => {
    if (leasts.length < k) return;
    leasts.sort();
    floors[query] = Math.max(floors[query]!, leastEqualDot(leasts[leasts.length - k]!));
  };

  /** The most that a true product can be. */
  const mostOf = (query: number, place: number, { blockOf, rowOf }: Placing): number => {
    const { dots, coarse, rows } = blockOf(place);
    if (coarse === undefined) return dots[rowOf(place) * count + query]! + usualErrors[query]!;
    return dots[query * rows + rowOf(place)]! + coarse.queries[query]!;
  };

  /** The least that a true product can be. */
  const leastOf = (query: number, place: number, placing: Placing): number => {
    const { coarse } = placing.blockOf(place);
    const row = coarse?.rows[placing.rowOf(place)] ?? 0;
    return mostOf(query, place, placing) - 2 * ((coarse?.queries ?? usualErrors)[query]! + row);
  };

  /** For each query, the rows of some blocks that can be among its nearest, as places in {@link Placing}. */
  const candidates = (blocks: readonly DotBlock[], placing: Placing): readonly (readonly number[])[] => {
    const found = near.map(() => [] as number[]);
    const room = near.map(() => 4 * k + 128);
    const limits = new Float64Array(count);
    const dropFar = (query: number): void => {
      const all = found[query]!;
      if (all.length <= k) return;
      const leasts = new Float64Array(all.length);
      for (const [at, place] of all.entries()) leasts[at] = leastOf(query, place, placing);
      raise(query, leasts);
      const left = all.filter((place) => mostOf(query, place, placing) >= floors[query]!);
      found[query] = left;
      room[query] = 2 * left.length + 128;
    };
    for (const [number, { dots, coarse, rows }] of blocks.entries()) {
      const errors = coarse?.queries ?? usualErrors;
      for (const [query, floor] of floors.entries()) limits[query] = floor - errors[query]!;
      const offer = (query: number, row: number): void => {
        if (found[query]!.push(placing.placeOf(number, row)) < room[query]!) return;
        dropFar(query);
        limits[query] = floors[query]! - errors[query]!;
      };
      if (coarse) {
        for (let query = 0; query < count; query += 1) {
          const [first, end] = [query * rows, (query + 1) * rows];
          let at = firstAtLeast(dots, { limit: limits[query]!, from: first, end });
          while (at < end) {
            offer(query, at - first);
            at = firstAtLeast(dots, { limit: limits[query]!, from: at + 1, end });
          }
        }
      } else {
        for (let row = 0, at = 0; row < rows; row += 1) {
          for (let query = 0; query < count; query += 1, at += 1) if (dots[at]! >= limits[query]!) offer(query, row);
        }
      }
    }
    for (const query of found.keys()) dropFar(query);
    return found;
  };

  /**
   * Those of some rows that can be among the nearest by products that are as good as exact: first of the most promising, which leaves fewer of the others. Worth it
   * where there are many.
   */
  const closer = (query: number, places: readonly number[], placing: Placing): readonly number[] => {
    if (places.length < 2 * k) {
      measured += places.length;
      return places;
    }
    const { blockOf, rowOf } = placing;
    const sorted = places.toSorted((a, b) => mostOf(query, b, placing) - mostOf(query, a, placing));
    const left: number[] = [];
    const dots: number[] = [];
    for (const place of sorted) {
      if (left.length >= 2 * k && mostOf(query, place, placing) < floors[query]!) break;
      const pair = { queries, query, features: blockOf(place).features, row: rowOf(place), featureLength };
      left.push(place);
      dots.push(dotInAnyOrder(pair));
      if (left.length === 2 * k || left.length % 64 === 0) {
        raise(
          query,
          Float64Array.from(dots, (dot) => dot - orderError),
        );
      }
    }
    measured += left.length;
    return left.filter((_, at) => dots[at]! >= floors[query]! - orderError);
  };

  return {
    visit(...blocks) {
      const placing = placingOf(blocks);
      const { blockOf, rowOf } = placing;
      measured = 0;
      for (const [query, places] of candidates(blocks, placing).entries()) {
        if (places.length === 0) continue;
        const kept = near[query]!;
        for (const place of closer(query, places, placing)) {
          const { features, firstRow } = blockOf(place);
          const row = rowOf(place);
          kept.rows.push(firstRow + row);
          kept.distances.push(squaredDistance(dotInOrder({ queries, query, features, row, featureLength })));
        }
        if (kept.distances.length < k) continue;
        const limit = kept.distances.toSorted((a, b) => a - b)[k - 1]!;
        near[query] = {
          rows: kept.rows.filter((_, place) => kept.distances[place]! <= limit),
          distances: kept.distances.filter((distance) => distance <= limit),
        };
        floors[query] = Math.max(floors[query]!, leastTrueDot(limit));
      }
      return measured;
    },
    found: () => near,
  };
}

/** The rows of some blocks as one number each. */
interface Placing {
  readonly placeOf: (block: number, row: number) => number;
  readonly blockOf: (place: number) => DotBlock;
  readonly rowOf: (place: number) => number;
}

function placingOf(blocks: readonly DotBlock[]): Placing {
  const most = blocks.reduce((rows, block) => Math.max(rows, block.rows), 1);
  return {
    placeOf: (block, row) => block * most + row,
    blockOf: (place) => blocks[Math.floor(place / most)]!,
    rowOf: (place) => place % most,
  };
}

/** Where the first number of at least `limit` is, from `from` on; `end` when there is none before. */
function firstAtLeast(
  numbers: Float32Array,
  { limit, from, end }: { readonly limit: number; readonly from: number; readonly end: number },
): number {
  let at = from;
  while (at < end && numbers[at]! < limit) at += 1;
  return at;
}
