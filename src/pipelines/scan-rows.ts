import { type NearerRows, nearestRows, rowsByQuery, rowsPerGroup } from '../matching/nearest-rows.ts';
import { type NearRows, selectNearest } from '../matching/select-nearest.ts';
import { type DotSession, type QueryColumns } from '../models/dot-session.ts';
import { type ProductsWay, type RowProducts } from './row-products.ts';

/**
 * Share of a block's rows, query by query, that may be measured in float64: one that is measured takes as long as some 20 products in float32, so that
 * products in bytes, which save two thirds of these, are not worth it with more than 3 %. Rows of a real shop: 0.6 %.
 */
const mostMeasured = 0.03;

/** Some rows to look at. */
export interface ScannedRows {
  /** Row by row, with room for as many as {@link roomFor} says. */
  readonly features: Float32Array;
  readonly firstRow: number;
  readonly rows: number;
}

/** Looks at blocks of rows for what is near some queries. */
export interface RowScan {
  look(block: ScannedRows): Promise<void>;
  /** For each query, the nearest of all rows so far, and whatever is as near as the last of them. */
  found(): readonly NearRows[];
}

/** Looks for what is nearest alone. */
export interface NearestScan extends RowScan {
  /** What {@link RowScan.found} says, less what has been taken before. */
  take(): NearerRows;
}

/** What is looked for. */
export interface ScanOptions {
  /** Query by query, `featureLength` numbers each. */
  readonly queries: Float32Array;
  readonly featureLength: number;
  /** Rows to find for each query: an integer, at least 1. */
  readonly k: number;
}

/** Rows that a buffer of features needs room for when it is to hold `rows`. */
export function roomFor(rows: number): number {
  return Math.ceil(rows / rowsPerGroup) * rowsPerGroup;
}

/** Looks for the `k` nearest rows with all products before it. */
export function scanProducts(session: DotSession, { queries, featureLength, k }: ScanOptions): RowScan {
  const columns = columnsOf(queries, featureLength);
  const selection = selectNearest({ queries, featureLength, k });
  return {
    async look({ features, firstRow, rows }) {
      const used = features.subarray(0, rows * featureLength);
      selection.visit({ dots: await session.run(used, columns), features: used, firstRow, rows });
    },
    found: () => selection.found(),
  };
}

/**
 * Looks for the nearest row with the largest products of small groups before it.
 *
 * @param ways how to multiply: at least one. The next is taken, from the next block on, when products are too far off to tell rows apart.
 */
export function scanMaxima(
  ways: readonly ProductsWay[],
  { queries, featureLength }: Omit<ScanOptions, 'k'>,
): NearestScan {
  const count = queries.length / featureLength;
  const nearest = nearestRows({ queries, featureLength });
  const [first, ...others] = ways.map((way) => () => partsOf(way, { queries, featureLength }));
  if (first === undefined) throw new TypeError('Expected a way to multiply, got none');
  let parts = first();
  let hasBegun = false;
  return {
    async look({ features, firstRow, rows }) {
      const used = features.subarray(0, roomFor(rows) * featureLength);
      let measured = 0;
      for (const { firstQuery, productsWith } of parts) {
        const products = await productsWith(used);
        measured += nearest.visit({ ...products, firstQuery, features: used, firstRow, rows });
      }
      // Nothing is known before the first block, and too much of it is measured.
      if (hasBegun && measured > count * rows * mostMeasured) parts = others.shift()?.() ?? parts;
      hasBegun = true;
    },
    take: () => nearest.take(),
    found: () => rowsByQuery(nearest.take(), count),
  };
}

interface QueryPart {
  readonly firstQuery: number;
  readonly productsWith: RowProducts;
}

/** The queries, as many at a time as are multiplied at once. */
function partsOf(
  { queriesAtOnce, begin }: ProductsWay,
  { queries, featureLength }: Omit<ScanOptions, 'k'>,
): readonly QueryPart[] {
  const parts: QueryPart[] = [];
  for (let firstQuery = 0; firstQuery * featureLength < queries.length; firstQuery += queriesAtOnce) {
    const some = queries.subarray(firstQuery * featureLength, (firstQuery + queriesAtOnce) * featureLength);
    parts.push({ firstQuery, productsWith: begin(some, featureLength) });
  }
  return parts;
}

function columnsOf(queries: Float32Array, featureLength: number): QueryColumns {
  const count = queries.length / featureLength;
  const columns = new Float32Array(queries.length);
  for (let query = 0; query < count; query += 1) {
    for (let place = 0; place < featureLength; place += 1) {
      columns[place * count + query] = queries[query * featureLength + place]!;
    }
  }
  return { columns, queries: count, featureLength };
}
