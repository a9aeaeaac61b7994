import { type Dirent } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { compareIds } from '../core/compare-ids.ts';
import { messageOf, PipelineError } from '../core/errors.ts';

/** Something under the root that is neither a picture nor a clip. */
export interface IgnoredEntry {
  readonly path: string;
  readonly reason: string;
}

/** A file by its name without extension. */
export interface NamedFile {
  readonly name: string;
  readonly path: string;
}

/** What {@link namedFiles} looks for. */
export interface FileKind {
  /** What such a file is called, e.g. `picture`. */
  readonly what: string;
  /** In lower case, with the dot. */
  readonly extensions: ReadonlySet<string>;
}

/** Pictures of items, and single frames of clips. */
export const pictureFiles: FileKind = { what: 'picture', extensions: new Set(['.jpg', '.jpeg', '.png', '.webp']) };

/** Clips. */
export const clipFiles: FileKind = {
  what: 'clip',
  extensions: new Set(['.mp4', '.m4v', '.mov', '.mkv', '.webm', '.avi', '.flv', '.ts', '.mpg', '.mpeg']),
};

/**
 * Files of a kind in a folder, by {@link compareIds} of their name without extension; the others go to `ignored`. Of two files with one name and
 * different extensions the first by file name counts. A link to nothing is among them where no file has its name:
 * whoever reads it says what is wrong.
 *
 * @throws PipelineError `dataset-invalid` when the folder cannot be listed.
 */
export async function namedFiles(
  folder: string,
  { what, extensions }: FileKind,
  ignored: IgnoredEntry[],
): Promise<readonly NamedFile[]> {
  const found = new Map<string, string>();
  const missing = new Set<string>();
  for (const entry of await listFolder(folder, `${what}s`)) {
    const path = join(folder, entry.name);
    const extension = extname(entry.name);
    const name = entry.name.slice(0, entry.name.length - extension.length);
    const kind = extensions.has(extension.toLowerCase()) ? await kindOf(path, entry) : 'other';
    const former = found.get(name);
    if (kind !== 'file' && kind !== 'nothing') {
      ignored.push({ path, reason: `not a ${what}` });
    } else if (former !== undefined && missing.has(former) && kind === 'file') {
      ignored.push({ path: former, reason: 'a link to nothing' });
      found.set(name, path);
    } else if (former !== undefined) {
      ignored.push({ path, reason: `a second ${what} called ${name}` });
    } else {
      found.set(name, path);
      if (kind === 'nothing') missing.add(path);
    }
  }
  return [...found].map(([name, path]) => ({ name, path })).sort((a, b) => compareIds(a.name, b.name));
}

/**
 * Entries of a folder by name, hidden ones left out.
 *
 * @throws PipelineError `dataset-invalid` when it cannot be listed, with what was expected there.
 */
export async function listFolder(folder: string, expected: string): Promise<readonly Dirent[]> {
  try {
    const entries = await readdir(folder, { withFileTypes: true });
    return entries.filter(({ name }) => !name.startsWith('.')).sort((a, b) => compareIds(a.name, b.name));
  } catch (cause) {
    const why = messageOf(cause).startsWith('ENOENT') ? 'does not exist' : `cannot be listed: ${messageOf(cause)}`;
    throw invalidDataset(folder, why, expected, cause);
  }
}

/** What an entry of a folder is; links are followed, and may lead to nothing. */
export type EntryKind = 'file' | 'folder' | 'nothing' | 'other';

/** Says what an entry of a folder is. */
export async function kindOf(path: string, entry: Dirent): Promise<EntryKind> {
  const target = entry.isSymbolicLink() ? await stat(path).catch(() => undefined) : entry;
  if (target === undefined) return 'nothing';
  if (target.isFile()) return 'file';
  return target.isDirectory() ? 'folder' : 'other';
}

/** The failure of a folder that is no data set. */
export function invalidDataset(path: string, why: string, expected: string, cause?: unknown): PipelineError {
  return new PipelineError('dataset-invalid', `Data set: ${path} ${why}; expected ${expected}`, { path, cause });
}
