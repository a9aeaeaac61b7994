import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { type BoxFeature } from '../core/box-feature.ts';
import { messageOf, PipelineError } from '../core/errors.ts';
import { type Owner } from '../core/frame.ts';
import { assertWholeRun } from './assert-whole-run.ts';
import { isFolder } from './is-folder.ts';
import { openBoxStore } from './open-box-store.ts';
import { readBoxesNdjson } from './read-boxes-ndjson.ts';

/** Stored boxes, wherever they are. */
export interface Boxes {
  /** All boxes of one side, in blocks. Can be gone through many times; holds one block. */
  boxes(side: Owner['side']): AsyncIterable<readonly BoxFeature[]>;
  /** The same, all boxes of an owner in one block. Of a `boxes.ndjson` file, where they may lie anywhere, holds the whole side. */
  byOwner(side: Owner['side']): AsyncIterable<readonly BoxFeature[]>;
}

/**
 * Opens the boxes of a finished run: its folder (with `boxes/` in it), the box store itself, or a `boxes.ndjson` file.
 *
 * @throws PipelineError `store-invalid` when there is none of these at `path`, or a run has lost boxes; `options-invalid` when it can be read once only, as a
 * pipe. Damage inside shows while reading.
 */
export async function openBoxes(path: string): Promise<Boxes> {
  const entry = await stat(path).catch((cause: unknown) => {
    const message = `No boxes at ${path}: ${messageOf(cause)}. Expected a run's folder, its boxes/ or a boxes.ndjson file.`;
    throw new PipelineError('store-invalid', message, { path, cause });
  });
  if (!entry.isDirectory() && !entry.isFile()) {
    const message = `Boxes are read more than once, and ${path} is neither a file nor a folder: save them to a file first, and name that.`;
    throw new PipelineError('options-invalid', message, { path });
  }
  if (!entry.isDirectory()) {
    const boxes = (side: Owner['side']): AsyncIterable<readonly BoxFeature[]> => readBoxesNdjson(path, { side });
    return { boxes, byOwner: (side) => ({ [Symbol.asyncIterator]: () => gatherOwners(boxes(side)) }) };
  }
  const inside = join(path, 'boxes');
  const isRun = await isFolder(inside);
  const store = await openBoxStore(isRun ? inside : path);
  if (isRun) await assertWholeRun(path, store);
  return { boxes: (side) => store.boxes(side), byOwner: (side) => store.boxes(side) };
}

/** Owners in order of first sight. */
async function* gatherOwners(
  blocks: AsyncIterable<readonly BoxFeature[]>,
): AsyncGenerator<readonly BoxFeature[], void, undefined> {
  const owners = new Map<string, BoxFeature[]>();
  for await (const block of blocks) {
    for (const box of block) {
      const known = owners.get(box.owner.id);
      if (known === undefined) owners.set(box.owner.id, [box]);
      else known.push(box);
    }
  }
  yield* owners.values();
}
