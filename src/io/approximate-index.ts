import { randomBytes } from 'node:crypto';
import { open, readdir, readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { z } from 'zod';
import { PipelineError } from '../core/errors.ts';
import { type ApproximateFacts } from '../core/gallery.ts';
import { isFileMissing } from './is-file-missing.ts';
import { indexBlocks } from './index-blocks.ts';
import { jsonFault } from './json-fault.ts';
import { readBlock } from './read-index-block.ts';
import { type IndexShard, type ItemIndex } from './open-item-index.ts';
import { removeFolder } from './remove-folder.ts';
import { type GraphSettings, type VectorBatch } from './vector-table.ts';
import { writeFileWhole } from './write-file-whole.ts';

/** How well and how fast an approximate index answered when it was made. */
export interface MeasuredRecall {
  /** Boxes that each query asked for. */
  readonly k: number;
  /** Boxes of the index that asked; each was itself left out of what was found. */
  readonly queries: number;
  /** Share of the exactly nearest boxes that were found, 0 to 1. */
  readonly recall: number;
  /** Median time of one query, in milliseconds. */
  readonly approximateMs: number;
  readonly exactMs: number;
}

/**
 * `approximate.json` of an item index: which folder beside it holds a table of its features, and what of the index that table knows.
 *
 * The folder is written first and the file last, by renaming, so that there is a whole table or none. An entry of the log never changes, so the table
 * stays right as the index grows: what it says of a box that counts no more is passed over, and shards that it does not know are searched beside it.
 */
export interface ApproximateManifest {
  readonly format: 1;
  /** Tells the file from others of its name. */
  readonly kind: 'vitrine approximate index';
  /** Fingerprint of the models that made the features. */
  readonly model: string;
  readonly library: { readonly name: string; readonly version: string };
  /** Name of the table's folder. */
  readonly table: string;
  /** Boxes in the table. */
  readonly rows: number;
  /** Shards that were there, by name. A box's number in the table is that of its row among the rows of all of them. */
  readonly shards: readonly { readonly name: string; readonly rows: number }[];
  readonly settings: GraphSettings & {
    /** Candidates that a search looks at in each graph. */
    readonly searchEffort: number;
  };
  readonly measured: MeasuredRecall;
}

const count = z.int().min(0);

const manifestSchema: z.ZodType<ApproximateManifest> = z.strictObject({
  format: z.literal(1),
  kind: z.literal('vitrine approximate index'),
  model: z.string(),
  library: z.strictObject({ name: z.string(), version: z.string() }),
  table: z.string().regex(/^approximate-[0-9a-f]{8}$/u),
  rows: count,
  shards: z.array(z.strictObject({ name: z.string(), rows: count })),
  settings: z.strictObject({ partitions: count, neighbours: count, effort: count, searchEffort: count }),
  measured: z.strictObject({
    k: count,
    queries: count,
    recall: z.number(),
    approximateMs: z.number(),
    exactMs: z.number(),
  }),
});

const fileName = 'approximate.json';

/**
 * Reads what is said of an index's table; undefined when there is none.
 *
 * @throws PipelineError `store-invalid` when the file is damaged or of a newer format.
 */
export async function readApproximate(index: string): Promise<ApproximateManifest | undefined> {
  const path = join(index, fileName);
  try {
    return manifestSchema.parse(JSON.parse(await readFile(path, 'utf8')));
  } catch (cause) {
    if (isFileMissing(cause)) return undefined;
    throw unusable(index, jsonFault(cause), cause);
  }
}

function unusable(index: string, why: string, cause?: unknown): PipelineError {
  const path = join(index, fileName);
  const message = `The approximate index ${path} cannot be used: ${why}. Make it again: \`vitrine index approximate ${index}\`.`;
  return new PipelineError('store-invalid', message, { path, cause });
}

/** A name for the folder of a new table. */
export function newTableName(): string {
  return `approximate-${randomBytes(4).toString('hex')}`;
}

/**
 * Makes a table that is whole the one of its index, in place of another one: puts its files onto the disk, then writes `approximate.json`.
 *
 * @throws PipelineError `file-unwritable`; which table is the index's is then as before.
 */
export async function adoptTable(index: string, manifest: ApproximateManifest): Promise<void> {
  const folder = join(index, manifest.table);
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    if (entry.isFile()) await syncFile(join(entry.parentPath, entry.name));
  }
  await writeFileWhole(join(index, fileName), `${JSON.stringify(manifest)}\n`);
  await removeOtherTables(index, manifest.table);
}

async function syncFile(path: string): Promise<void> {
  const file = await open(path, 'r+'); // Windows puts onto the disk what may be written to alone.
  try {
    await file.sync();
  } finally {
    await file.close();
  }
}

/** Removes all tables of an index but one: those that were replaced, and what builders that were killed have left. */
export async function removeOtherTables(index: string, kept: string | undefined): Promise<void> {
  const names = await readdir(index);
  for (const name of names)
    if (/^approximate-[0-9a-f]{8}$/u.test(name) && name !== kept) await removeFolder(join(index, name));
}

/**
 * The shards of an index that a table knows, and those that came later.
 *
 * @throws PipelineError `store-invalid` when the table knows another shard by the name of one.
 */
export function divideShards(
  { folder, shards }: Pick<ItemIndex, 'folder' | 'shards'>,
  manifest: Pick<ApproximateManifest, 'shards'>,
): { readonly covered: readonly IndexShard[]; readonly added: readonly IndexShard[] } {
  const known = new Map(manifest.shards.map(({ name, rows }) => [name, rows]));
  const isKnown = ({ path, sidecar }: IndexShard): boolean => {
    const rows = known.get(basename(path));
    if (rows !== undefined && rows !== sidecar.rows)
      throw unusable(folder, `it knows ${rows} rows of ${basename(path)}`);
    return rows !== undefined;
  };
  return { covered: shards.filter(isKnown), added: shards.filter((shard) => !isKnown(shard)) };
}

/** What a search through a table goes by. */
export function approximateFacts(index: ItemIndex, manifest: ApproximateManifest): ApproximateFacts {
  const { covered, added } = divideShards(index, manifest);
  const { recall, k } = manifest.measured;
  return { recall, k, rowsInTable: rowsOf(covered), rowsBeside: rowsOf(added) };
}

/** Boxes of some shards that count. */
export function rowsOf(shards: readonly IndexShard[]): number {
  return shards.reduce((sum, { items }) => items.reduce((all, { rows }) => all + rows, sum), 0);
}

/** The shards of an index as {@link ApproximateManifest.shards} lists them. */
export function tableShards({ shards }: ItemIndex): ApproximateManifest['shards'] {
  return shards.map(({ path, sidecar }) => ({ name: basename(path), rows: sidecar.rows }));
}

/**
 * The features of an index with the numbers that {@link tableShards} gives them, some thousand at a time, each held against its checksum.
 *
 * @throws PipelineError `store-invalid` that names the file which is missing or damaged.
 */
export function* tableBatches(index: ItemIndex, batchRows: number): Generator<VectorBatch> {
  const { featureLength, shards } = index;
  const firstIds = new Map<string, number>();
  let stored = 0;
  for (const { path, sidecar } of shards) {
    firstIds.set(`${path}.f32`, stored);
    stored += sidecar.rows;
  }
  for (const block of indexBlocks(index, batchRows)) {
    const features = new Float32Array(block.storedRows * featureLength);
    readBlock(block, { features, isChecked: true });
    const ids = block.files.flatMap(({ path, runs }) =>
      runs.flatMap(({ firstRow, rows }) =>
        Array.from({ length: rows }, (_, row) => (firstIds.get(path) ?? 0) + firstRow + row),
      ),
    );
    yield { features: features.subarray(0, block.rows * featureLength), ids: Uint32Array.from(ids) };
  }
}
