import { type NearerRows, nearestRows, rowsByQuery, rowsPerGroup } from '../matching/nearest-rows.ts';
import { fineErrors, type FineQueries, quantiseFinely } from '../matching/quantise-queries.ts';
import { type DotBlock, type NearRows, selectNearest } from '../matching/select-nearest.ts';
import { type DotSession, type QueryColumns } from '../models/dot-session.ts';
import { type HeldRows } from '../models/held-rows-session.ts';
import { type ProductsWay, type RowProducts } from './row-products.ts';

/**
 * Share of a block's rows, query by query, that may be measured in float64: one that is measured takes as long as some 20 products in float32, so that
 * products in bytes, which save two thirds of these, are not worth it with more than 3 %. Rows of a real shop: 0.6 %.
 */
const mostMeasured = 0.03;

/** Most queries with which what is held as bytes is multiplied as such: each block keeps all products of a search with it. */
const mostHeldQueries = 64;

/** Whether rows that are held as bytes are looked at as such: what a search learns for those after it. */
export interface HeldBytes {
  areWorthIt: boolean;
}

/** Rows as bytes, held by a session that multiplies them. */
export interface HeldBlock extends Pick<HeldRows, 'run'> {
  /** As `rowErrors` gives them. */
  readonly errors: Float32Array;
  readonly largestError: number;
}

/** Some rows to look at. */
export interface ScannedRows {
  /** Row by row, with room for as many as {@link roomFor} says. */
  readonly features: Float32Array;
  readonly firstRow: number;
  readonly rows: number;
  /** The same rows, where they are held as bytes. */
  readonly held?: HeldBlock | undefined;
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

/**
 * Looks for the `k` nearest rows with all products before it.
 *
 * Rows that are held as bytes have to stay what they are until it says what it found. When more than a few of them had to be measured, `bytes` says so from then on: features that are
 * nearly the same, as those of untrained models are, differ by less than bytes can tell.
 *
 * @param session multiplies rows that are not held as bytes: opened for the first of them.
 */
export function scanProducts(
  session: () => Promise<Pick<DotSession, 'run'>>,
  { queries, featureLength, k, bytes = { areWorthIt: true } }: ScanOptions & { readonly bytes?: HeldBytes },
): RowScan {
  const count = queries.length / featureLength;
  const selection = selectNearest({ queries, featureLength, k });
  let columns: QueryColumns | undefined;
  let asked: FineQueries | undefined;
  /** Blocks to be looked at together, so that the nearest of all of them say of how few a product in float64 has to be taken. */
  const waiting: DotBlock[] = [];
  return {
    async look({ features, firstRow, rows, held }) {
      const used = features.subarray(0, rows * featureLength);
      const block = { features: used, firstRow, rows };
      if (held && bytes.areWorthIt && count <= mostHeldQueries) {
        asked ??= quantiseFinely(queries, featureLength);
        const dots = await held.run(asked);
        const coarse = { rows: held.errors, queries: fineErrors(asked, held.largestError) };
        waiting.push({ ...block, dots, coarse });
        return;
      }
      columns ??= columnsOf(queries, featureLength);
      const { run } = await session();
      selection.visit({ ...block, dots: await run(used, columns) });
    },
    found() {
      const blocks = waiting.splice(0);
      const pairs = count * blocks.reduce((sum, { rows }) => sum + rows, 0);
      // Some are measured of any rows, however few there are.
      const few = 4 * k * count;
      if (selection.visit(...blocks) > pairs * mostMeasured + few) bytes.areWorthIt = false;
      return selection.found();
    },
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
