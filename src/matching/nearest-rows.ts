import { leastDot } from './dot-error.ts';
import { squaredDistance } from './dot-products.ts';
import { type NearRows } from './select-nearest.ts';

/** Rows that are told apart only when one of them may be the nearest. */
export const rowsPerGroup = 16;

/** Rows whose products are added at the same time: each sum waits for its last addition, four do not wait for each other. */
const rowsAtOnce = 4;

/** What {@link nearestRows} looks for. */
export interface NearestRowsOptions {
  /** Query by query, `featureLength` numbers each. */
  readonly queries: Float32Array;
  readonly featureLength: number;
}

/** A block of rows, and the largest of its dot products with some queries. */
export interface GroupBlock {
  /** Query by query, one for each 16 rows: the largest product, where each may be `dotError` off. */
  readonly maxima: Float32Array;
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
  visit(block: GroupBlock): void;
  /**
   * For each query, all rows at the smallest distance that it was shown, and forgets the rows but not the distance: a row is told of once, and a
   * row further than one that was told of is never told of.
   */
  take(): NearerRows;
}

/**
 * Finds each query's nearest rows exactly, with the help of dot products that are not exact.
 *
 * The largest inexact product of a group says only whether one of its rows can be as near as the nearest so far. Groups in which one can are
 * looked at row by row in float64, so neither blocks nor processors change the answer. Holds the rows that are equally near.
 */
export function nearestRows({ queries, featureLength }: NearestRowsOptions): NearestRows {
  const count = queries.length / featureLength;
  const limits = new Float32Array(count).fill(Infinity);
  /** A largest product below it is of a group without a row as near. */
  const floors = new Float64Array(count).fill(-Infinity);
  const nearest: number[][] = Array.from({ length: count }, () => []);
  const dots = new Float64Array(rowsAtOnce);

  const lookAt = (query: number, { features, firstRow, rows }: GroupBlock, group: number): void => {
    const end = Math.min(rows, (group + 1) * rowsPerGroup);
    for (let first = group * rowsPerGroup; first < end; first += rowsAtOnce) {
      exactDots(dots, { queries, query, features, firstRow: first, featureLength });
      for (let row = first; row < Math.min(end, first + rowsAtOnce); row += 1) {
        const distance = squaredDistance(dots[row - first]!);
        if (distance > limits[query]!) continue;
        if (distance < limits[query]!) {
          nearest[query] = [];
          limits[query] = distance;
          floors[query] = leastDot(distance, featureLength);
        }
        nearest[query]!.push(firstRow + row);
      }
    }
  };

  return {
    visit(block) {
      const { maxima, firstQuery } = block;
      const groups = Math.ceil(block.rows / rowsPerGroup);
      for (let from = 0, query = firstQuery; from < maxima.length; from += groups, query += 1) {
        let best = 0;
        for (let group = 1; group < groups; group += 1) if (maxima[from + group]! > maxima[from + best]!) best = group;
        if (maxima[from + best]! < floors[query]!) continue;
        // The most promising first: after it few of the others are worth a look.
        lookAt(query, block, best);
        for (let group = 0; group < groups; group += 1) {
          if (group !== best && maxima[from + group]! >= floors[query]!) lookAt(query, block, group);
        }
      }
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

interface ExactDots {
  readonly queries: Float32Array;
  readonly query: number;
  readonly features: Float32Array;
  readonly firstRow: number;
  readonly featureLength: number;
}

/** Dot products of a query with four rows, each added in index order in float64, as `dotProducts` does. */
function exactDots(out: Float64Array, { queries, query, features, firstRow, featureLength }: ExactDots): void {
  const q = query * featureLength;
  const r0 = firstRow * featureLength;
  const r1 = r0 + featureLength;
  const r2 = r1 + featureLength;
  const r3 = r2 + featureLength;
  let s0 = 0;
  let s1 = 0;
  let s2 = 0;
  let s3 = 0;
  for (let index = 0; index < featureLength; index += 1) {
    const value = queries[q + index]!;
    s0 += value * features[r0 + index]!;
    s1 += value * features[r1 + index]!;
    s2 += value * features[r2 + index]!;
    s3 += value * features[r3 + index]!;
  }
  out[0] = s0;
  out[1] = s1;
  out[2] = s2;
  out[3] = s3;
}
