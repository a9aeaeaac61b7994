import { readdir } from 'node:fs/promises';
import { join, parse } from 'node:path';
import { compareIds } from '../core/compare-ids.ts';
import { type DatasetClip, type DatasetItem } from './dataset.ts';
import { type IgnoredEntry } from './list-folder.ts';

/** What is there to be annotated. */
export interface Annotated {
  readonly items: readonly DatasetItem[];
  readonly clips: readonly DatasetClip[];
}

/** The annotation files of a root that are about a picture or clip that is not there. */
export async function listOrphans(root: string, { items, clips }: Annotated): Promise<readonly IgnoredEntry[]> {
  const pictures = new Map(items.map(({ id, pictures }) => [id, new Set(pictures.map(({ name }) => name))]));
  const videos = new Set(clips.map(({ id }) => id));
  const orphans: IgnoredEntry[] = [];
  for (const id of await namesIn(join(root, 'image_annotation'))) {
    for (const file of await namesIn(join(root, 'image_annotation', id))) {
      if (pictures.get(id)?.has(parse(file).name) === true) continue;
      orphans.push({ path: join(root, 'image_annotation', id, file), reason: 'about a picture that is not there' });
    }
  }
  for (const file of await namesIn(join(root, 'video_annotation'))) {
    if (videos.has(parse(file).name)) continue;
    orphans.push({ path: join(root, 'video_annotation', file), reason: 'about a clip that is not there' });
  }
  return orphans;
}

/** Entries of a folder in order, hidden ones left out; none where there is no such folder. */
async function namesIn(folder: string): Promise<readonly string[]> {
  const names = await readdir(folder).catch(() => []);
  return names.filter((name) => !name.startsWith('.')).sort(compareIds);
}
