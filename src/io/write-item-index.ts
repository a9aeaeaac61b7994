import { randomBytes } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { assertInteger } from '../core/assert.ts';
import { type BoxFeature } from '../core/box-feature.ts';
import { PipelineError } from '../core/errors.ts';
import { ownerKey } from '../core/frame.ts';
import { isUnitVector, normOf } from '../core/unit-vector.ts';
import { packShard, writeShard } from './feature-shard.ts';
import {
  entryNameOf,
  entryPlace,
  indexFormat,
  type IndexedPicture,
  type IndexManifest,
  type ItemsEntry,
  type RemovalEntry,
} from './item-index-format.ts';
import { makeFolder } from './make-folder.ts';
import { type ItemIndex } from './open-item-index.ts';
import { writeFileWhole } from './write-file-whole.ts';

/**
 * Makes an index without items.
 *
 * @throws PipelineError `options-invalid` when the folder holds items or something else, `file-unwritable`.
 */
export async function createItemIndex(
  folder: string,
  manifest: Pick<IndexManifest, 'model' | 'featureLength' | 'options'>,
): Promise<void> {
  assertInteger('featureLength', manifest.featureLength, 1);
  await assertVacant(folder);
  await makeFolder(join(folder, 'shards'));
  const whole: IndexManifest = { format: indexFormat, kind: 'vitrine item index', ...manifest };
  await writeFileWhole(join(folder, 'index.json'), `${JSON.stringify(whole, undefined, 2)}\n`);
}

/** A folder that is missing or empty, or holds an index to which nothing was ever added, may become one. */
async function assertVacant(folder: string): Promise<void> {
  const names: readonly string[] = await readdir(folder).catch(() => []);
  const other = names.find((name) => !name.startsWith('.') && name !== 'shards' && name !== 'index.json');
  if (other !== undefined) {
    const message = `${folder} holds other files (${other}); an item index needs a folder of its own.`;
    throw new PipelineError('options-invalid', message, { path: folder });
  }
  const log: readonly string[] = await readdir(join(folder, 'shards')).catch(() => []);
  if (!log.some((name) => entryPlace(name) !== undefined)) return;
  const message = `There is an item index at ${folder} already. Add to it with \`vitrine index add <root> --index ${folder}\`, or name another folder.`;
  throw new PipelineError('options-invalid', message, { path: folder });
}

/** Options of {@link writeItemIndex}. */
export interface WriteItemIndexOptions {
  /** Items in one shard: an integer, at least 1. @defaultValue `64` */
  readonly shardItems?: number;
  /** Boxes after which a shard is full, whatever its items: an integer, at least 1. @defaultValue `1024` */
  readonly shardRows?: number;
}

/** Adds to an item index and takes out of it. One call at a time. */
export interface ItemIndexWriter {
  /**
   * Adds an item, or replaces it if it is there. It counts when the shard that it is gathered in is written, which is when that is full or on `flush`;
   * items are written in the order in which they came, so what a killed process leaves is a beginning of them.
   *
   * @throws TypeError when a box is another item's, or its feature has another length or is no unit vector.
   * @throws PipelineError `file-unwritable`; the items of that shard are then not in the index.
   */
  put(item: PutItem, boxes: readonly BoxFeature[]): Promise<void>;
  /** Takes items out, all or none; resolves when that is on the disk. Ids that are not there change nothing. */
  remove(ids: readonly string[]): Promise<void>;
  /** Writes what has been gathered; resolves when it is on the disk. */
  flush(): Promise<void>;
}

/** An item to put into an index. */
export interface PutItem {
  readonly id: string;
  /** The pictures that its boxes are from, also those without a box. */
  readonly pictures: readonly IndexedPicture[];
}

/** Begins to write to an index that has been opened. Holds the features of one shard. No file that is there is changed. */
export function writeItemIndex(index: ItemIndex, options: WriteItemIndexOptions = {}): ItemIndexWriter {
  const { shardItems = 64, shardRows = 1024 } = options;
  assertInteger('shardItems', shardItems, 1);
  assertInteger('shardRows', shardRows, 1);
  const { folder, model, featureLength } = index;
  const nonce = randomBytes(4).toString('hex');
  let { place } = index;
  let gathered = new Map<string, { readonly item: PutItem; readonly boxes: readonly BoxFeature[] }>();

  const nextPath = (): string => join(folder, 'shards', entryNameOf((place += 1), nonce));

  const flush = async (): Promise<void> => {
    const all = [...gathered.values()];
    gathered = new Map();
    if (all.length === 0) return;
    const { bytes, rows } = packShard(
      all.flatMap(({ boxes }) => boxes),
      featureLength,
    );
    const items = all.map(({ item: { id, pictures }, boxes }) => ({ id, rows: boxes.length, pictures }));
    const entry: ItemsEntry = { format: indexFormat, kind: 'items', model: model.fingerprint, items, ...rows };
    await writeShard(nextPath(), bytes, entry);
  };

  return {
    async put(item, boxes) {
      for (const box of boxes) assertFits(item.id, box, featureLength);
      gathered.delete(item.id); // So that it comes last.
      gathered.set(item.id, { item, boxes });
      const rows = [...gathered.values()].reduce((sum, one) => sum + one.boxes.length, 0);
      if (gathered.size >= shardItems || rows >= shardRows) await flush();
    },
    async remove(ids) {
      await flush();
      const entry: RemovalEntry = { format: indexFormat, kind: 'removal', ids };
      await writeFileWhole(`${nextPath()}.json`, JSON.stringify(entry));
    },
    flush,
  };
}

function assertFits(id: string, box: BoxFeature, featureLength: number): void {
  const { owner, frame, boxIndex, feature } = box;
  if (id === '') throw new TypeError('Expected `id` to hold at least one character, got ""');
  if (owner.side !== 'query' || owner.id !== id) {
    throw new TypeError(`Expected boxes of query/${id}, got one of ${ownerKey(owner)}`);
  }
  assertInteger('feature.length', feature.length, featureLength, featureLength);
  if (isUnitVector(feature)) return;
  throw new TypeError(
    `Expected features of norm 1, got norm ${normOf(feature)} at picture ${frame} of ${id}, box ${boxIndex}`,
  );
}
