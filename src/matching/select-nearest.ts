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
  const raise = (query: number, leasts: readonly number[]): void => {
    if (leasts.length < k) return;
    floors[query] = Math.max(floors[query]!, leastEqualDot(largest(leasts, k)));
  };

  /** For each query, the rows of some blocks that can be among its nearest. */
  const candidates = (blocks: readonly DotBlock[], placing: Placing): readonly Candidates[] => {
    const found = near.map((): Candidates => ({ places: [], mosts: [], leasts: [] }));
    const room = near.map(() => 4 * k + 128);
    const limits = new Float64Array(count);
    const dropFar = (query: number): void => {
      const { places, mosts, leasts } = found[query]!;
      if (places.length <= k) return;
      raise(query, leasts);
      const floor = floors[query]!;
      let left = 0;
      for (let at = 0; at < places.length; at += 1) {
        if (mosts[at]! < floor) continue;
        places[left] = places[at]!;
        mosts[left] = mosts[at]!;
        leasts[left] = leasts[at]!;
        left += 1;
      }
      for (const all of [places, mosts, leasts]) all.length = left;
      room[query] = 2 * left + 128;
    };
    for (const [number, { dots, coarse, rows }] of blocks.entries()) {
      const errors = coarse?.queries ?? usualErrors;
      for (const [query, floor] of floors.entries()) limits[query] = floor - errors[query]!;
      const offer = (query: number, { row, dot }: { readonly row: number; readonly dot: number }): void => {
        const { places, mosts, leasts } = found[query]!;
        const most = dot + errors[query]!;
        mosts.push(most);
        leasts.push(most - 2 * (errors[query]! + (coarse?.rows[row] ?? 0)));
        if (places.push(placing.placeOf(number, row)) < room[query]!) return;
        dropFar(query);
        limits[query] = floors[query]! - errors[query]!;
      };
      if (coarse) {
        for (let query = 0; query < count; query += 1) {
          const [first, end] = [query * rows, (query + 1) * rows];
          let at = firstAtLeast(dots, { limit: limits[query]!, from: first, end });
          while (at < end) {
            offer(query, { row: at - first, dot: dots[at]! });
            at = firstAtLeast(dots, { limit: limits[query]!, from: at + 1, end });
          }
        }
      } else {
        for (let row = 0, at = 0; row < rows; row += 1) {
          for (let query = 0; query < count; query += 1, at += 1) {
            if (dots[at]! >= limits[query]!) offer(query, { row, dot: dots[at]! });
          }
        }
      }
    }
    for (const query of found.keys()) dropFar(query);
    return found;
  };

  /**
   * Those of some rows that can be among the nearest by products that are as good as exact: first of the most promising, twice as many each time, which
   * leaves fewer of the others. Worth it where there are many.
   */
  const closer = (query: number, { places, mosts }: Candidates, { blockOf, rowOf }: Placing): readonly number[] => {
    if (places.length < 2 * k) {
      measured += places.length;
      return places;
    }
    const sorted = Float64Array.from(mosts).sort();
    const left: number[] = [];
    const dots: number[] = [];
    let above = Infinity;
    for (let promising = 2 * k; above > floors[query]!; promising *= 2) {
      const from = Math.max(sorted[Math.max(0, sorted.length - promising)]!, floors[query]!);
      for (const [at, place] of places.entries()) {
        if (mosts[at]! < from || mosts[at]! >= above) continue;
        const pair = { queries, query, features: blockOf(place).features, row: rowOf(place), featureLength };
        left.push(place);
        dots.push(dotInAnyOrder(pair));
      }
      raise(
        query,
        dots.map((dot) => dot - orderError),
      );
      if (promising >= places.length) break;
      above = from;
    }
    measured += left.length;
    return left.filter((_, at) => dots[at]! >= floors[query]! - orderError);
  };

  return {
    visit(...blocks) {
      const placing = placingOf(blocks);
      const { blockOf, rowOf } = placing;
      measured = 0;
      for (const [query, some] of candidates(blocks, placing).entries()) {
        if (some.places.length === 0) continue;
        const kept = near[query]!;
        for (const place of closer(query, some, placing)) {
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

/** Rows that can be among the nearest, in the order in which they were met. */
interface Candidates {
  /** As {@link Placing} has them. */
  readonly places: number[];
  /** The most that the true product of each can be. */
  readonly mosts: number[];
  /** The least that it can be. */
  readonly leasts: number[];
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

/** Up to how many of the largest numbers are found in one pass; more take longer than sorting. */
const fewLargest = 64;

/** The `k`-th largest of at least `k` numbers. */
function largest(numbers: readonly number[], k: number): number {
  if (k > fewLargest) return Float64Array.from(numbers).sort()[numbers.length - k]!;
  /** The largest so far, the least of them first. */
  const top = new Float64Array(k).fill(-Infinity);
  for (let index = 0; index < numbers.length; index += 1) {
    const number = numbers[index]!;
    if (number <= top[0]!) continue;
    let at = 0;
    for (; at + 1 < k && top[at + 1]! < number; at += 1) top[at] = top[at + 1]!;
    top[at] = number;
  }
  return top[0]!;
}
