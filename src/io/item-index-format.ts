import { z } from 'zod';
import { isCount, listOf, type ShardRows, shardRowFields } from './feature-shard.ts';

/** The newest form of the files of an item index, which is the one that is written. */
export const indexFormat = 1;

/**
 * `index.json`: what all features of an item index have in common. Written when the index is made, and never again.
 *
 * The folder `shards/` beside it is a log. Each entry is one JSON file, the sidecar of a shard of whole items or a removal, called by its place in
 * the log. Of an item the last entry that names it counts: a shard's earlier one is replaced, a removal's takes it out. No file of the log is
 * ever changed, so adding, replacing and removing each end with the renaming of one small file, whole or not at all.
 */
export interface IndexManifest {
  readonly format: typeof indexFormat;
  /** Tells the file from others of its name. */
  readonly kind: 'vitrine item index';
  readonly model: IndexModel;
  readonly featureLength: number;
  /** What shaped the features, for people; the fingerprint covers it. */
  readonly options: Readonly<Record<string, unknown>>;
}

/** The models that made the features of an index. */
export interface IndexModel {
  readonly name: string;
  readonly fingerprint: string;
}

/** A picture of an item as it was when the item was indexed. */
export interface IndexedPicture {
  /** File name without extension. */
  readonly name: string;
  /** Size of the file. */
  readonly bytes: number;
  /** When the file was last changed, in milliseconds since 1970. */
  readonly mtimeMs: number;
  /** SHA-256 of the file. */
  readonly sha256: string;
}

/** An item in the sidecar of its shard. */
export interface ShardItem {
  readonly id: string;
  /** Rows of the shard that are the item's, after those of the items before it. */
  readonly rows: number;
  /** The pictures that could be read. */
  readonly pictures: readonly IndexedPicture[];
}

/** The JSON half of a shard: whole items, one after the other. */
export interface ItemsEntry extends ShardRows {
  readonly format: typeof indexFormat;
  readonly kind: 'items';
  /** Fingerprint of the models that made the features. */
  readonly model: string;
  readonly items: readonly ShardItem[];
}

/** Takes items out. */
export interface RemovalEntry {
  readonly format: typeof indexFormat;
  readonly kind: 'removal';
  readonly ids: readonly string[];
}

/** An entry of the log. */
export type IndexEntry = ItemsEntry | RemovalEntry;

/** What `index.json` has to look like. */
export const manifestSchema: z.ZodType<IndexManifest> = z.strictObject({
  format: z.literal(indexFormat),
  kind: z.literal('vitrine item index'),
  model: z.strictObject({ name: z.string(), fingerprint: z.string().min(1) }),
  featureLength: z.int().min(1),
  options: z.record(z.string(), z.unknown()),
});

/** What an entry of the log has to look like. */
export const entrySchema: z.ZodType<IndexEntry> = z.discriminatedUnion('kind', [
  z.strictObject({
    format: z.literal(indexFormat),
    kind: z.literal('items'),
    model: z.string(),
    items: listOf('items', isShardItem),
    ...shardRowFields,
  }),
  z.strictObject({ format: z.literal(indexFormat), kind: z.literal('removal'), ids: z.array(z.string().min(1)) }),
]);

function isShardItem(value: unknown): value is ShardItem {
  if (!isRecord(value)) return false;
  const { id, rows, pictures, ...rest } = value;
  const isWhole = typeof id === 'string' && id !== '' && isCount(rows) && Array.isArray(pictures);
  return isWhole && isEmpty(rest) && pictures.every(isPicture);
}

function isPicture(value: unknown): value is IndexedPicture {
  if (!isRecord(value)) return false;
  const { name, bytes, mtimeMs, sha256, ...rest } = value;
  const isWhole =
    typeof name === 'string' && isCount(bytes) && typeof mtimeMs === 'number' && typeof sha256 === 'string';
  return isWhole && isEmpty(rest);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

function isEmpty(rest: object): boolean {
  return Object.keys(rest).length === 0;
}

const entryName = /^(\d{12})-[0-9a-f]{8}\.json$/u;

/** Place in the log that a file's name says; undefined when the file is no entry. Names sort as places do. */
export function entryPlace(name: string): number | undefined {
  const digits = entryName.exec(name)?.[1];
  return digits === undefined ? undefined : Number(digits);
}

/** Name of an entry without extension. `nonce`, 8 hex digits, keeps two writers at one place from taking each other's file. */
export function entryNameOf(place: number, nonce: string): string {
  return `${String(place).padStart(12, '0')}-${nonce}`;
}
