import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { messageOf, PipelineError } from '../core/errors.ts';
import { type DatasetPicture } from './dataset.ts';
import { type IndexedPicture } from './item-index-format.ts';

/**
 * What tells a picture file from what it may be later.
 *
 * @throws PipelineError `file-unreadable`.
 */
export async function markPicture({ name, path }: DatasetPicture): Promise<IndexedPicture> {
  try {
    const { size, mtimeMs } = await stat(path);
    return { name, bytes: size, mtimeMs, sha256: await digestOf(path) };
  } catch (cause) {
    const message = `Cannot read the picture ${path}: ${messageOf(cause)}. Check that it is a file that may be read.`;
    throw new PipelineError('file-unreadable', message, { path, cause });
  }
}

/**
 * Whether these are the pictures that were marked: the same names, each with the same content. A file of the same size and time is taken for
 * the same; of one with another time the content is looked at. A file that cannot be read is another.
 */
export async function arePicturesMarked(
  pictures: readonly DatasetPicture[],
  marks: readonly IndexedPicture[],
): Promise<boolean> {
  if (pictures.length !== marks.length) return false;
  const byName = new Map(marks.map((mark) => [mark.name, mark]));
  for (const { name, path } of pictures) {
    const mark = byName.get(name);
    if (mark === undefined || !(await isMarked(path, mark))) return false;
  }
  return true;
}

async function isMarked(path: string, { bytes, mtimeMs, sha256 }: IndexedPicture): Promise<boolean> {
  try {
    const now = await stat(path);
    if (now.size !== bytes) return false;
    return now.mtimeMs === mtimeMs || (await digestOf(path)) === sha256;
  } catch {
    return false;
  }
}

async function digestOf(path: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash);
  return hash.digest('hex');
}
