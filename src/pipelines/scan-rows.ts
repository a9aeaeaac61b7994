import { type NearerRows, nearestRows, rowsByQuery, rowsPerGroup } from '../matching/nearest-rows.ts';
import { type NearRows, selectNearest } from '../matching/select-nearest.ts';
import { type DotSession, type QueryColumns } from '../models/dot-session.ts';
import { type GroupMaxSession } from '../models/group-max-session.ts';

/** Queries that are multiplied with a block at once: their products with 4096 rows take 4 MiB, which the processor's caches hold. */
const queriesAtOnce = 256;

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

/** Looks for the nearest row with the largest products of small groups before it: no other product leaves the session. */
export function scanMaxima(session: GroupMaxSession, { queries, featureLength }: Omit<ScanOptions, 'k'>): NearestScan {
  const count = queries.length / featureLength;
  const nearest = nearestRows({ queries, featureLength });
  return {
    async look({ features, firstRow, rows }) {
      const used = features.subarray(0, roomFor(rows) * featureLength);
      for (let firstQuery = 0; firstQuery < count; firstQuery += queriesAtOnce) {
        const some = queries.subarray(firstQuery * featureLength, (firstQuery + queriesAtOnce) * featureLength);
        const maxima = await session.run({ queries: some, features: used, featureLength });
        nearest.visit({ maxima, firstQuery, features: used, firstRow, rows });
      }
    },
    take: () => nearest.take(),
    found: () => rowsByQuery(nearest.take(), count),
  };
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
