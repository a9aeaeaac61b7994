import { messageOf, PipelineError } from '../core/errors.ts';

/** The version of the library that approximate indexes are made and searched with. */
export const lanceVersion = '0.37.1';

/** What is used of LanceDB and of Arrow, which are no dependencies: they weigh 550 MB, and only few indexes are large enough. */
export interface Lance {
  readonly connect: (folder: string) => Promise<LanceConnection>;
  readonly Index: { readonly hnswSq: (options: HnswOptions) => unknown };
  readonly arrow: Arrow;
}

/** A folder of tables. */
export interface LanceConnection {
  createTable(name: string, data: unknown): Promise<LanceTable>;
  openTable(name: string): Promise<LanceTable>;
  close(): void;
}

/** A table of features. */
export interface LanceTable {
  add(data: unknown): Promise<unknown>;
  createIndex(column: string, options: { readonly config: unknown }): Promise<void>;
  query(): { nearestTo(vector: Float32Array): LanceQuery };
  close(): void;
}

/** A question to a table. */
export interface LanceQuery {
  column(name: string): this;
  distanceType(name: 'l2'): this;
  nprobes(count: number): this;
  ef(count: number): this;
  select(columns: readonly string[]): this;
  limit(count: number): this;
  toArray(): Promise<readonly unknown[]>;
}

/** How the graph of neighbours is made. */
export interface HnswOptions {
  readonly distanceType: 'l2';
  readonly numPartitions: number;
  readonly m: number;
  readonly efConstruction: number;
}

/** What is used of Arrow, to hand over features without a copy. */
export interface Arrow {
  readonly Float32: new () => unknown;
  readonly Uint32: new () => unknown;
  readonly Field: new (name: string, type: unknown, isNullable: boolean) => unknown;
  readonly FixedSizeList: new (length: number, item: unknown) => unknown;
  readonly Schema: new (fields: readonly unknown[]) => { readonly fields: readonly unknown[] };
  readonly Struct: new (fields: readonly unknown[]) => unknown;
  readonly RecordBatch: new (schema: unknown, data: unknown) => unknown;
  readonly Table: new (schema: unknown, batches: readonly unknown[]) => unknown;
  readonly makeData: (facts: Readonly<Record<string, unknown>>) => unknown;
}

/**
 * Loads LanceDB, which whoever wants an approximate index has to install.
 *
 * @param names the packages, for tests.
 * @throws PipelineError `library-missing` that says what to install.
 */
export async function loadLance(
  names: readonly [string, string] = ['@lancedb/lancedb', 'apache-arrow'],
): Promise<Lance> {
  try {
    const [lance, arrow]: readonly [Omit<Lance, 'arrow'>, Arrow] = await Promise.all([
      import(names[0]),
      import(names[1]),
    ]);
    return { connect: lance.connect, Index: lance.Index, arrow };
  } catch (cause) {
    const command = `npm install @lancedb/lancedb@${lanceVersion} apache-arrow@18.1.0`;
    const message = `An approximate index needs LanceDB, which cannot be loaded: ${messageOf(cause)}. Install it with \`${command}\`. Exact search does without it.`;
    throw new PipelineError('library-missing', message, { cause });
  }
}
