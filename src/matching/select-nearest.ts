import { dotError, dotSlack, leastDot } from './dot-error.ts';
import { squaredDistance } from './dot-products.ts';

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
  /** Row by row, one a query; each at most `dotError` off. */
  readonly dots: Float32Array;
  readonly features: Float32Array;
  /** Number of the block's first row. */
  readonly firstRow: number;
  readonly rows: number;
}

/** Goes through blocks of rows and keeps those that are near. */
export interface NearestSelection {
  visit(block: DotBlock): void;
  /** For each query, the `k` nearest rows that it was shown, and any others that are as near as the last of them. */
  found(): readonly NearRows[];
}

/**
 * Finds the nearest rows exactly, with the help of dot products that are not exact.
 *
 * What an inexact product says is only whether a row can be among the nearest at all; the few that can are looked at again in float64, so neither
 * blocks nor processors change the answer. Holds `k` rows a query, and those that are as near.
 */
export function selectNearest({ queries, featureLength, k }: SelectNearestOptions): NearestSelection {
  const count = queries.length / featureLength;
  const error = dotError(featureLength);
  const slack = dotSlack(featureLength);
  const near = Array.from({ length: count }, () => ({ rows: [] as number[], distances: [] as number[] }));
  /** An inexact product below it cannot be of one of the nearest. */
  const floors = new Float64Array(count).fill(-Infinity);

  const exactDistance = (query: number, features: Float32Array, row: number): number => {
    const a = query * featureLength;
    const b = row * featureLength;
    let dot = 0;
    for (let index = 0; index < featureLength; index += 1) dot += queries[a + index]! * features[b + index]!;
    return squaredDistance(dot);
  };

  /** For each query, the rows of a block that can be among its nearest. */
  const candidates = ({ dots, rows }: DotBlock): readonly (readonly number[])[] => {
    const found = near.map(() => [] as number[]);
    const room = near.map(() => 2 * k + 32);
    const dropFar = (query: number): void => {
      const all = found[query]!;
      if (all.length <= k) return;
      const sorted = Float32Array.from(all, (row) => dots[row * count + query]!).sort();
      const floor = Math.max(floors[query]!, Math.min(1, sorted[sorted.length - k]! - error) - slack);
      floors[query] = floor;
      const left = all.filter((row) => dots[row * count + query]! >= floor);
      found[query] = left;
      room[query] = 2 * left.length + 32;
    };
    for (let row = 0, at = 0; row < rows; row += 1) {
      for (let query = 0; query < count; query += 1, at += 1) {
        if (dots[at]! < floors[query]!) continue;
        if (found[query]!.push(row) >= room[query]!) dropFar(query);
      }
    }
    for (const query of found.keys()) dropFar(query);
    return found;
  };

  return {
    visit(block) {
      for (const [query, rows] of candidates(block).entries()) {
        if (rows.length === 0) continue;
        const kept = near[query]!;
        for (const row of rows) {
          kept.rows.push(block.firstRow + row);
          kept.distances.push(exactDistance(query, block.features, row));
        }
        if (kept.distances.length < k) continue;
        const limit = kept.distances.toSorted((a, b) => a - b)[k - 1]!;
        near[query] = {
          rows: kept.rows.filter((_, place) => kept.distances[place]! <= limit),
          distances: kept.distances.filter((distance) => distance <= limit),
        };
        floors[query] = leastDot(limit, featureLength);
      }
    },
    found: () => near,
  };
}
