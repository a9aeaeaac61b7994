import { join } from 'node:path';
import { compareIds } from '../core/compare-ids.ts';
import { type DatasetClip, type DatasetItem, type DatasetPicture, listClips, listItems } from './dataset.ts';
import { isFolder } from './is-folder.ts';
import { listOrphans } from './list-orphans.ts';
import { type IgnoredEntry, invalidDataset, kindOf, listFolder, namedFiles, pictureFiles } from './list-folder.ts';

/** A clip, or the frames that are left of one. */
export interface TrainingClip extends DatasetClip {
  /** Frame pictures by rising index, named by it, where `path` is a folder of them and no clip. */
  readonly stills?: readonly DatasetPicture[];
}

/** What a folder that is trained from holds. Nothing has been decoded. */
export interface TrainingRoot {
  readonly root: string;
  /** By `compareIds` of the id. There is at least one item or clip. */
  readonly items: readonly DatasetItem[];
  /** By `compareIds` of the id. */
  readonly clips: readonly TrainingClip[];
  /** Files and folders that were passed over, hidden ones excepted, among them annotations of what is not there. */
  readonly ignored: readonly IgnoredEntry[];
}

/**
 * Lists what a folder has to train from: as `openDataset` does, but pictures or clips may be missing, and a clip may also be
 * a folder of its frames, `<root>/video_frames/<video_id>/<frame>.jpg`. Where there are both, the clip counts.
 *
 * @throws PipelineError `dataset-invalid` when the root is missing, or holds neither a picture nor a clip.
 */
export async function openTrainingRoot(root: string): Promise<TrainingRoot> {
  const ignored: IgnoredEntry[] = [];
  await listFolder(root, 'a folder that holds image/, video/ or video_frames/');
  const items = (await isFolder(join(root, 'image'))) ? await listItems(root, ignored) : [];
  const films = (await isFolder(join(root, 'video'))) ? await listClips(root, ignored) : [];
  const stills = (await isFolder(join(root, 'video_frames'))) ? await listStills(root, films, ignored) : [];
  if (items.length + films.length + stills.length === 0) {
    const expected = 'image/<item_id>/<n>.jpg, video/<video_id>.mp4 or video_frames/<video_id>/<frame>.jpg';
    throw invalidDataset(root, 'holds neither a picture nor a clip', expected);
  }
  const clips = [...films, ...stills].sort((a, b) => compareIds(a.id, b.id));
  return { root, items, clips, ignored: [...ignored, ...(await listOrphans(root, { items, clips }))] };
}

async function listStills(
  root: string,
  films: readonly DatasetClip[],
  ignored: IgnoredEntry[],
): Promise<readonly TrainingClip[]> {
  const isFilm = new Set(films.map(({ id }) => id));
  const clips: TrainingClip[] = [];
  for (const entry of await listFolder(join(root, 'video_frames'), 'folders of frames')) {
    const path = join(root, 'video_frames', entry.name);
    if ((await kindOf(path, entry)) !== 'folder' || isFilm.has(entry.name)) {
      ignored.push({
        path,
        reason: isFilm.has(entry.name) ? `a second clip called ${entry.name}` : 'not a folder of frames',
      });
      continue;
    }
    const stills: DatasetPicture[] = [];
    for (const file of await namedFiles(path, pictureFiles, ignored)) {
      if (/^\d+$/u.test(file.name)) stills.push(file);
      else ignored.push({ path: file.path, reason: 'not called by the index of its frame' });
    }
    stills.sort((a, b) => Number(a.name) - Number(b.name));
    if (stills.length > 0) clips.push({ id: entry.name, path, stills });
    else ignored.push({ path, reason: 'a clip without frames' });
  }
  return clips;
}
