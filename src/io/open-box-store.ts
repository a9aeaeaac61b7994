import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { type BoxFeature } from '../core/box-feature.ts';
import { compareIds } from '../core/compare-ids.ts';
import { messageOf, PipelineError } from '../core/errors.ts';
import { type Owner } from '../core/frame.ts';
import { ownerId, type Sidecar, shardName, sidecarSchema } from './box-store-format.ts';
import { readFeatures, readJson, rowsFault } from './feature-shard.ts';

/** Reads the boxes of a run. */
export interface BoxStore {
  readonly folder: string;
  /** Owners of one side whose boxes are stored, by rising id; also those without a box. */
  owners(side: Owner['side']): Promise<readonly Owner[]>;
  /** Boxes of one owner, as they were written. */
  read(owner: Owner): Promise<readonly BoxFeature[]>;
  /** All boxes of one side, an owner at a time, by rising id. Can be gone through many times; holds one owner's boxes. */
  boxes(side: Owner['side']): AsyncIterable<readonly BoxFeature[]>;
}

/**
 * Opens a folder that `createBoxStore` filled.
 *
 * Every method fails with a `PipelineError` `store-invalid` that names the file when a shard is damaged, is none of ours, or was
 * made by other models than the shards read before it.
 *
 * @throws PipelineError `store-invalid` when the folder is no box store.
 */
export async function openBoxStore(folder: string): Promise<BoxStore> {
  let model: string | undefined;
  for (const side of ['query', 'gallery'] as const) await names(folder, side);

  const owners = async (side: Owner['side']): Promise<readonly Owner[]> => {
    const found: Owner[] = [];
    for (const name of await names(folder, side)) {
      const id = ownerId(name) ?? (await readSidecar(join(folder, side, `${name}.json`))).id;
      found.push({ side, id });
    }
    return found.sort((a, b) => compareIds(a.id, b.id));
  };

  const read = async (owner: Owner): Promise<readonly BoxFeature[]> => {
    const path = join(folder, owner.side, shardName(owner.id));
    const sidecar = await readSidecar(`${path}.json`);
    const { side, id } = sidecar;
    if (side !== owner.side || id !== owner.id) throw damaged(`${path}.json`, `it holds ${side}/${id}`);
    model ??= sidecar.model;
    if (sidecar.model !== model) throw damaged(`${path}.json`, `made by models ${sidecar.model}, others by ${model}`);
    return toBoxes(sidecar, await readFeatures(`${path}.f32`, sidecar, damaged));
  };

  async function* boxes(side: Owner['side']): AsyncGenerator<readonly BoxFeature[]> {
    for (const owner of await owners(side)) yield await read(owner);
  }
  return { folder, owners, read, boxes: (side) => ({ [Symbol.asyncIterator]: () => boxes(side) }) };
}

async function names(folder: string, side: string): Promise<readonly string[]> {
  const path = join(folder, side);
  const files = await readdir(path).catch((cause: unknown) => {
    const message = `No box store at ${folder}: ${messageOf(cause)}. Expected the boxes/ folder that \`vitrine match\` leaves.`;
    throw new PipelineError('store-invalid', message, { path, cause });
  });
  return files.filter((name) => name.endsWith('.json') && !name.startsWith('.')).map((name) => name.slice(0, -5));
}

async function readSidecar(path: string): Promise<Sidecar> {
  const sidecar = await readJson(path, sidecarSchema, damaged);
  const fault = rowsFault(sidecar);
  if (fault !== undefined) throw damaged(path, fault);
  return sidecar;
}

function toBoxes(sidecar: Sidecar, features: Float32Array): readonly BoxFeature[] {
  const { side, id, featureLength } = sidecar;
  const owner: Owner = { side, id };
  return sidecar.boxes.map((box, row) => ({
    owner,
    frame: sidecar.frames[row] ?? '',
    boxIndex: sidecar.boxIndexes[row] ?? 0,
    box,
    score: sidecar.scores[row] ?? 0,
    feature: features.subarray(row * featureLength, (row + 1) * featureLength),
  }));
}

function damaged(path: string, why: string, cause?: unknown): PipelineError {
  const message = `Box store: ${path} cannot be used: ${why}. Run \`vitrine match\` again.`;
  return new PipelineError('store-invalid', message, { path, cause });
}
