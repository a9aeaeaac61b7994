import { type Dirent } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { compareIds } from '../core/compare-ids.ts';
import { messageOf, PipelineError } from '../core/errors.ts';

/** File name extensions that count as pictures of an item. */
const pictureExtensions: ReadonlySet<string> = new Set(['.jpg', '.jpeg', '.png', '.webp']);

/** File name extensions that count as clips. */
const clipExtensions: ReadonlySet<string> = new Set(
  ['.mp4', '.m4v', '.mov', '.mkv', '.webm', '.avi', '.flv', '.ts', '.mpg', '.mpeg'], //
);

/** One picture file of an item. */
export interface DatasetPicture {
  /** File name without extension, e.g. `"0"`. */
  readonly name: string;
  readonly path: string;
}

/** One item of the shop. */
export interface DatasetItem {
  readonly id: string;
  /** At least one, by {@link compareIds} of the name. */
  readonly pictures: readonly DatasetPicture[];
}

/** One livestream clip. */
export interface DatasetClip {
  readonly id: string;
  readonly path: string;
}

/** Something under the root that is neither a picture nor a clip. */
export interface IgnoredEntry {
  readonly path: string;
  readonly reason: string;
}

/** What a folder in the layout of SPEC 1 holds. Nothing has been decoded. */
export interface Dataset {
  readonly root: string;
  /** At least one, by {@link compareIds} of the id. */
  readonly items: readonly DatasetItem[];
  /** At least one, by {@link compareIds} of the id. */
  readonly clips: readonly DatasetClip[];
  /** Files and folders that were passed over, hidden ones excepted. */
  readonly ignored: readonly IgnoredEntry[];
}

/**
 * Lists the items and clips of a data set: `<root>/image/<item_id>/<n>.jpg` and `<root>/video/<video_id>.mp4`.
 *
 * Links are followed. Of two files with one name and different extensions the first by file name counts.
 *
 * @throws PipelineError `dataset-invalid` when the root, `image` or `video` is missing, or holds no item or no clip.
 */
export async function openDataset(root: string): Promise<Dataset> {
  const ignored: IgnoredEntry[] = [];
  await list(root, 'a folder that holds image/ and video/');
  const items: DatasetItem[] = [];
  for (const folder of await list(join(root, 'image'), 'item folders, image/<item_id>/<n>.jpg')) {
    const path = join(root, 'image', folder.name);
    if ((await kindOf(path, folder)) !== 'folder') {
      ignored.push({ path, reason: 'not an item folder' });
      continue;
    }
    const pictures = await named(path, pictureExtensions, 'picture', ignored);
    if (pictures.length > 0) items.push({ id: folder.name, pictures });
    else ignored.push({ path, reason: 'an item without pictures' });
  }
  if (items.length === 0) throw invalid(join(root, 'image'), 'holds no picture', 'image/<item_id>/<n>.jpg');

  await list(join(root, 'video'), 'clips, video/<video_id>.mp4');
  const files = await named(join(root, 'video'), clipExtensions, 'clip', ignored);
  if (files.length === 0) throw invalid(join(root, 'video'), 'holds no clip', 'video/<video_id>.mp4');
  return { root, items, clips: files.map(({ name, path }) => ({ id: name, path })), ignored };
}

/** Files of a folder that end in one of `extensions`, by name without extension; the others go to `ignored`. */
async function named(
  folder: string,
  extensions: ReadonlySet<string>,
  what: string,
  ignored: IgnoredEntry[],
): Promise<readonly DatasetPicture[]> {
  const found = new Map<string, string>();
  for (const entry of await list(folder, `${what}s`)) {
    const path = join(folder, entry.name);
    const extension = extname(entry.name);
    const name = entry.name.slice(0, entry.name.length - extension.length);
    if (!extensions.has(extension.toLowerCase()) || (await kindOf(path, entry)) !== 'file') {
      ignored.push({ path, reason: `not a ${what}` });
    } else if (found.has(name)) {
      ignored.push({ path, reason: `a second ${what} called ${name}` });
    } else {
      found.set(name, path);
    }
  }
  return [...found].map(([name, path]) => ({ name, path })).sort((a, b) => compareIds(a.name, b.name));
}

/** Entries of a folder by name, hidden ones left out. */
async function list(folder: string, expected: string): Promise<readonly Dirent[]> {
  try {
    const entries = await readdir(folder, { withFileTypes: true });
    return entries.filter(({ name }) => !name.startsWith('.')).sort((a, b) => compareIds(a.name, b.name));
  } catch (cause) {
    const why = messageOf(cause).startsWith('ENOENT') ? 'does not exist' : `cannot be listed: ${messageOf(cause)}`;
    throw invalid(folder, why, expected, cause);
  }
}

async function kindOf(path: string, entry: Dirent): Promise<'file' | 'folder' | 'other'> {
  const target = entry.isSymbolicLink() ? await stat(path).catch(() => undefined) : entry;
  if (target?.isFile()) return 'file';
  return target?.isDirectory() ? 'folder' : 'other';
}

function invalid(path: string, why: string, expected: string, cause?: unknown): PipelineError {
  return new PipelineError('dataset-invalid', `Data set: ${path} ${why}; expected ${expected}`, { path, cause });
}
