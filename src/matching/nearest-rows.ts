import { dotError, leastTrueDot } from './dot-error.ts';
import { squaredDistance } from './dot-products.ts';
import { dotInAnyOrder, dotInOrder, orderError } from './exact-dot.ts';
import { type NearRows } from './select-nearest.ts';

/** Rows of a group, which is left out as a whole when none of them can be the nearest. */
export const rowsPerGroup = 16;

/** What {@link nearestRows} looks for. */
export interface NearestRowsOptions {
  /** Query by query, `featureLength` numbers each. */
  readonly queries: Float32Array;
  readonly featureLength: number;
}

/** Dot products of a block's rows with some queries, none of them exact. */
export interface InexactProducts {
  /** Query by query, one for each 16 rows: the largest product. */
  readonly maxima: Float32Array;
  /** Of each query, the furthest that a product may be from the true one. @defaultValue `dotError` for all */
  readonly errors?: Float64Array;
  /** Row by row, one for each query: every product. Left out where telling rows of a group apart by them would save nothing. */
  readonly dots?: Float32Array;
}

/** A block of rows, and its dot products with some queries. */
export interface GroupBlock extends InexactProducts {
  /** Number of the first query that `maxima` is about. */
  readonly firstQuery: number;
  /** Row by row, with room for a multiple of 16; what is in the room has to be numbers, and does not matter. */
  readonly features: Float32Array;
  /** Number of the block's first row. */
  readonly firstRow: number;
  readonly rows: number;
}

/** Rows that were nearer to a query than all before them, or as near: place by place a query, a row, and the distance. */
export interface NearerRows {
  readonly queries: Int32Array;
  readonly rows: Int32Array;
  /** Squared distances, 0 to 4, as `squaredDistance` defines them. */
  readonly distances: Float32Array;
}

/** Goes through blocks of rows and keeps for each query what is nearest. */
export interface NearestRows {
  /** Goes through a block, and says of how many rows, query by query, a product in float64 was taken. */
  visit(block: GroupBlock): number;
  /**
   * For each query, all rows at the smallest distance that it was shown, and forgets the rows but not the distance: a row is told of once, and a
   * row further than one that was told of is never told of.
   */
  take(): NearerRows;
}

/**
 * Finds each query's nearest rows exactly, with the help of dot products that are not exact.
 *
 * The largest inexact product of a group says only whether one of its rows can be as near as the nearest so far, and that of a row, where it is given,
 * whether this one can. Rows that can are measured in float64, so neither blocks nor processors nor the size of the errors change the answer. Holds the
 * rows that are equally near.
 */
export function nearestRows({ queries, featureLength }: NearestRowsOptions): NearestRows {
  const count = queries.length / featureLength;
  const limits = new Float32Array(count).fill(Infinity);
  /** A true product below it is of a row that is further. */
  const floors = new Float64Array(count).fill(-Infinity);
  const nearest: number[][] = Array.from({ length: count }, () => []);
  const usualError = dotError(featureLength);
  /** Looks at the rows of a group whose products are at least `least`, as far as each is known. */
  const lookAt = (query: number, block: GroupBlock, group: number, least: number): number => {
    const { features, firstRow, firstQuery, rows, dots } = block;
    const stride = (dots?.length ?? 0) / (Math.ceil(rows / rowsPerGroup) * rowsPerGroup);
    const end = Math.min(rows, (group + 1) * rowsPerGroup);
    let measured = 0;
    for (let row = group * rowsPerGroup; row < end; row += 1) {
      if (dots && dots[row * stride + query - firstQuery]! < least) continue;
      measured += 1;
      const pair = { queries, query, features, row, featureLength };
      if (dotInAnyOrder(pair) < floors[query]! - orderError) continue;
      const distance = squaredDistance(dotInOrder(pair));
      if (distance > limits[query]!) continue;
      if (distance < limits[query]!) {
        nearest[query] = [];
        limits[query] = distance;
        floors[query] = leastTrueDot(distance);
      }
      nearest[query]!.push(firstRow + row);
    }
    return measured;
  };

  return {
    visit(block) {
      const { maxima, firstQuery, errors } = block;
      const groups = Math.ceil(block.rows / rowsPerGroup);
      let measured = 0;
      for (let from = 0, query = firstQuery; from < maxima.length; from += groups, query += 1) {
        const error = errors ? errors[query - firstQuery]! : usualError;
        let best = 0;
        for (let group = 1; group < groups; group += 1) if (maxima[from + group]! > maxima[from + best]!) best = group;
        if (maxima[from + best]! < floors[query]! - error) continue;
        // The most promising first: after it few of the others are worth a look.
        measured += lookAt(query, block, best, floors[query]! - error);
        for (let group = 0; group < groups; group += 1) {
          const least = floors[query]! - error;
          if (group !== best && maxima[from + group]! >= least) measured += lookAt(query, block, group, least);
        }
      }
      return measured;
    },
    take() {
      const found = nearest.reduce((sum, { length }) => sum + length, 0);
      const taken = {
        queries: new Int32Array(found),
        rows: new Int32Array(found),
        distances: new Float32Array(found),
      };
      let place = 0;
      for (const [query, rows] of nearest.entries()) {
        for (const row of rows.splice(0)) {
          taken.queries[place] = query;
          taken.rows[place] = row;
          taken.distances[place] = limits[query]!;
          place += 1;
        }
      }
      return taken;
    },
  };
}

/** The same, query by query, of `count` queries. */
export function rowsByQuery({ queries, rows, distances }: NearerRows, count: number): readonly NearRows[] {
  const found = Array.from({ length: count }, () => ({ rows: [] as number[], distances: [] as number[] }));
  for (const [place, query] of queries.entries()) {
    found[query]!.rows.push(rows[place]!);
    found[query]!.distances.push(distances[place]!);
  }
  return found;
}
