import { isAbsolute, join, relative, sep } from 'node:path';
import { PipelineError } from '../core/errors.ts';
import { realPathOf } from './real-path.ts';

/** Folders of a data set that are read from. */
const inputFolders = ['image', 'video', 'video_frames', 'image_annotation', 'video_annotation'];

/** Options of {@link assertApart}. */
export interface AssertApartOptions {
  /** What the folder is called among the caller's options. */
  readonly name: string;
  /** Folder of the data set. */
  readonly root: string;
}

/**
 * Makes sure that what is written into a folder does not get between what is read: that it is neither the data set itself nor inside its pictures, clips or
 * annotations, whatever it is called. Another folder below the root is fine.
 *
 * @throws PipelineError `options-invalid`.
 */
export function assertApart(folder: string, { name, root }: AssertApartOptions): void {
  const real = realPathOf(folder);
  const inside = inputFolders.map((one) => join(root, one)).find((one) => isWithin(realPathOf(one), real));
  if (inside === undefined && real !== realPathOf(root)) return;
  const what = inside === undefined ? 'which is what is read' : `which is inside ${inside}, which is read`;
  const message = `Expected \`${name}\` to be a folder of its own, got ${folder}, ${what}; name another one, such as ${join(root, 'run')}`;
  throw new PipelineError('options-invalid', message, { path: folder });
}

function isWithin(folder: string, path: string): boolean {
  const way = relative(folder, path);
  return way !== '..' && !way.startsWith(`..${sep}`) && !isAbsolute(way);
}
