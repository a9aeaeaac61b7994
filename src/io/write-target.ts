import { type Stats } from 'node:fs';
import { lstat, readlink, realpath, stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { isFileMissing } from './is-file-missing.ts';

/** What a path that is to be written to leads to. */
export interface WriteTarget {
  /** Where the content goes, links followed as far as they are names of files. */
  readonly path: string;
  /** Whether it can only be written to as it is: a device, a pipe, a file that a process holds open. */
  readonly isDirect: boolean;
  /** The regular file that is there and is to be replaced. */
  readonly before?: Stats;
}

/**
 * Finds what a path leads to before it is written to; a link whose target is missing leads to that. Replacing a device, a pipe or a link by a file would take it
 * from all others who use it.
 *
 * @throws the error of the file system, also for links that go round, and `EISDIR` for a folder.
 */
export async function findWriteTarget(path: string): Promise<WriteTarget> {
  const entry = await unlessMissing(lstat(path));
  if (entry === undefined) return { path, isDirect: false };
  if (entry.isFile()) return { path, isDirect: false, before: entry };
  if (entry.isDirectory()) throw Object.assign(new Error('it is a folder'), { code: 'EISDIR' });
  if (!entry.isSymbolicLink()) return { path, isDirect: true };
  await unlessMissing(stat(path)); // Fails where links go round.
  const folder = await realpath(dirname(path));
  // What a process holds open, such as /dev/stdout, need not have a name, and what gets its name instead is not what that process writes to.
  if (folder.startsWith('/proc/')) return { path, isDirect: true };
  return findWriteTarget(resolve(folder, await readlink(path)));
}

async function unlessMissing(found: Promise<Stats>): Promise<Stats | undefined> {
  return found.catch((error: unknown) => {
    if (isFileMissing(error)) return undefined;
    throw error;
  });
}
