import { basename, join } from 'node:path';
import { PipelineError } from '../core/errors.ts';
import {
  clipFiles,
  type IgnoredEntry,
  invalidDataset,
  kindOf,
  listFolder,
  namedFiles,
  pictureFiles,
} from './list-folder.ts';

/** One picture file of an item. */
export interface DatasetPicture {
  /** File name without extension, e.g. `"0"`. */
  readonly name: string;
  readonly path: string;
}

/** One item of the shop. */
export interface DatasetItem {
  readonly id: string;
  /** At least one, by `compareIds` of the name. */
  readonly pictures: readonly DatasetPicture[];
}

/** One livestream clip. */
export interface DatasetClip {
  readonly id: string;
  readonly path: string;
}

/** What a folder in the layout of SPEC 1 holds. Nothing has been decoded. */
export interface Dataset {
  readonly root: string;
  /** At least one, by `compareIds` of the id. */
  readonly items: readonly DatasetItem[];
  /** At least one, by `compareIds` of the id. */
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
  await listFolder(root, 'a folder that holds image/ and video/');
  const shop = await openShop(root);
  const { items } = shop;
  const ignored = [...shop.ignored];
  await listFolder(join(root, 'video'), 'clips, video/<video_id>.mp4');
  const clips = await listClips(root, ignored);
  if (clips.length === 0) throw invalidDataset(join(root, 'video'), 'holds no clip', 'video/<video_id>.mp4');
  return { root, items, clips, ignored };
}

/**
 * Lists the items of a data set, `<root>/image/<item_id>/<n>.jpg`, whether or not it has clips.
 *
 * @throws PipelineError `dataset-invalid` when the root or `image` is missing, or holds no item.
 */
export async function openShop(root: string): Promise<Pick<Dataset, 'root' | 'items' | 'ignored'>> {
  const ignored: IgnoredEntry[] = [];
  await listFolder(root, 'a folder that holds image/');
  const items = await listItems(root, ignored);
  if (items.length === 0) throw invalidDataset(join(root, 'image'), 'holds no picture', 'image/<item_id>/<n>.jpg');
  return { root, items, ignored };
}

/**
 * The items of `<root>/image`, by id; what is none goes to `ignored`. An item whose folder cannot be listed has the folder itself as its one picture: whoever reads it says
 * what is wrong, and one such folder does not end a run.
 *
 * @throws PipelineError `dataset-invalid` when the folder cannot be listed.
 */
export async function listItems(root: string, ignored: IgnoredEntry[]): Promise<readonly DatasetItem[]> {
  const items: DatasetItem[] = [];
  for (const folder of await listFolder(join(root, 'image'), 'item folders, image/<item_id>/<n>.jpg')) {
    const path = join(root, 'image', folder.name);
    if ((await kindOf(path, folder)) !== 'folder') {
      ignored.push({ path, reason: 'not an item folder' });
      continue;
    }
    const pictures = await namedFiles(path, pictureFiles, ignored).catch((error: unknown) => asPicture(path, error));
    if (pictures.length > 0) items.push({ id: folder.name, pictures });
    else ignored.push({ path, reason: 'an item without pictures' });
  }
  return items;
}

function asPicture(path: string, error: unknown): readonly DatasetPicture[] {
  if (error instanceof PipelineError) return [{ name: basename(path), path }];
  throw error;
}

/**
 * The clips of `<root>/video`, by id; what is none goes to `ignored`.
 *
 * @throws PipelineError `dataset-invalid` when the folder cannot be listed.
 */
export async function listClips(root: string, ignored: IgnoredEntry[]): Promise<readonly DatasetClip[]> {
  const files = await namedFiles(join(root, 'video'), clipFiles, ignored);
  return files.map(({ name, path }) => ({ id: name, path }));
}
