import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { assertInteger } from '../core/assert.ts';
import { type BoxFeature } from '../core/box-feature.ts';
import { messageOf, PipelineError } from '../core/errors.ts';
import { type Owner, ownerKey } from '../core/frame.ts';
import { shardName, type Sidecar } from './box-store-format.ts';
import { makePath } from './make-folder.ts';
import { packShard, writeShard } from './feature-shard.ts';

/** Options of {@link createBoxStore}. */
export interface BoxStoreOptions {
  /** Fingerprint of the models that make the features; shards of different models do not mix. */
  readonly model: string;
  /** Numbers in one feature: an integer, at least 1. */
  readonly featureLength: number;
  /** Keep the shards that are there, as a resumed run does. @defaultValue `false` */
  readonly keep?: boolean;
}

/** Takes the boxes of one owner after the other. */
export interface BoxStoreWriter {
  /**
   * Stores all boxes of `owner`, whole or not at all, and resolves when they are on the disk. None is fine: the owner is then
   * listed without boxes. An owner that is written again is replaced. Writes of different owners may overlap.
   *
   * @throws TypeError when a box is another owner's or its feature has another length.
   * @throws PipelineError `file-unwritable`.
   */
  write(owner: Owner, boxes: readonly BoxFeature[]): Promise<void>;
}

/**
 * Opens a folder as a box store to write to. Without `keep`, the shards that are there are removed; other files stay.
 *
 * @throws TypeError when an option is out of range.
 * @throws PipelineError `file-unwritable`.
 */
export async function createBoxStore(folder: string, options: BoxStoreOptions): Promise<BoxStoreWriter> {
  const { model, featureLength, keep = false } = options;
  assertInteger('featureLength', featureLength, 1);
  for (const side of ['query', 'gallery']) await prepare(join(folder, side), keep);

  return {
    async write(owner, boxes) {
      for (const box of boxes) assertFits(owner, box, featureLength);
      const { bytes, rows } = packShard(boxes, featureLength);
      const sidecar: Sidecar = { format: 1, side: owner.side, id: owner.id, model, ...rows };
      const path = join(folder, owner.side, shardName(owner.id));
      // The old sidecar must not vouch for the new features, should we be killed between the two.
      await rm(`${path}.json`, { force: true });
      await writeShard(path, bytes, sidecar);
    },
  };
}

async function prepare(folder: string, keep: boolean): Promise<void> {
  try {
    await makePath(folder);
    if (keep) return;
    const names = await readdir(folder);
    // Sidecars first: what is left after a kill is then no shard.
    for (const end of ['.json', '.f32', '.tmp']) {
      for (const name of names) if (name.endsWith(end)) await rm(join(folder, name), { force: true });
    }
  } catch (cause) {
    const message = `Cannot prepare the box store ${folder}: ${messageOf(cause)}. Check the folder's permissions.`;
    throw new PipelineError('file-unwritable', message, { path: folder, cause });
  }
}

function assertFits(owner: Owner, box: BoxFeature, featureLength: number): void {
  if (ownerKey(box.owner) !== ownerKey(owner)) {
    throw new TypeError(`Expected boxes of ${ownerKey(owner)}, got one of ${ownerKey(box.owner)}`);
  }
  assertInteger('feature.length', box.feature.length, featureLength, featureLength);
}
