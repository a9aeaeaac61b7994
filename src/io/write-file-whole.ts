import { randomBytes } from 'node:crypto';
import { constants, type Stats } from 'node:fs';
import { type FileHandle, open, readdir, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { codeOf, messageOf, PipelineError } from '../core/errors.ts';
import { makePath } from './make-folder.ts';
import { findWriteTarget, type WriteTarget } from './write-target.ts';

/**
 * Name in the folder of `path` that no other writer uses, to be renamed to `path` when its content is complete. Drawn, since in a container every
 * run may have the same process id, and that of one that was killed may have left a file.
 */
function temporaryName(path: string): string {
  return join(dirname(path), `.${process.pid}-${randomBytes(4).toString('hex')}.tmp`);
}

/** Removes what a writer that was killed has left in a folder, and, if `recursive`, in those below; that there is no folder, or that a file may not be removed, is fine. */
export async function removeTemporaries(
  folder: string,
  { recursive = false }: { readonly recursive?: boolean } = {},
): Promise<void> {
  const names = await readdir(folder, { recursive }).catch(() => []);
  const left = names.filter((name) => /^\.\d+-[\da-f]+\.tmp$/u.test(basename(name)));
  for (const name of left) await rm(join(folder, name), { force: true }).catch(() => undefined);
}

/** Puts the content of a file into it. */
type Fill = (file: FileHandle) => Promise<void>;

/**
 * Writes a file whole or not at all, as {@link fillWhole} does.
 *
 * @throws PipelineError `file-unwritable`; a file that was at `path` before is then untouched.
 */
export async function writeFileWhole(path: string, data: string | Uint8Array): Promise<void> {
  await fillWhole(path, (file) => file.writeFile(data));
}

/**
 * Writes a file whole or not at all: `fill` gets one with a temporary name, which is put onto the disk, then renamed. Makes missing folders. A file that is there
 * passes its mode and owner on, and of a link the target is written. A device or a pipe is written to as it is, from the first byte on.
 *
 * @throws PipelineError `file-unwritable`, also for what `fill` throws; a file that was at `path` before is then untouched.
 */
export async function fillWhole(path: string, fill: Fill): Promise<void> {
  let target: WriteTarget = { path, isDirect: false };
  try {
    await makePath(dirname(path));
    target = await findWriteTarget(path);
    await (target.isDirect ? fillDirect(target, fill) : fillBeside(target, fill));
  } catch (cause) {
    throw new PipelineError('file-unwritable', `Cannot write ${path}: ${whyOf(cause, target)}.`, { path, cause });
  }
}

async function fillBeside({ path, before }: WriteTarget, fill: Fill): Promise<void> {
  const temporary = temporaryName(path);
  await makePath(dirname(path)); // That of a link's target.
  const file = await open(temporary, 'wx', before && modeOf(before));
  try {
    try {
      if (before !== undefined) await passOn(before, file);
      await fill(file);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => undefined);
    throw error;
  }
}

/** Gives a file the owner and the mode of another one, where that is allowed. */
async function passOn(before: Stats, file: FileHandle): Promise<void> {
  await file.chown(before.uid, before.gid).catch(() => undefined);
  await file.chmod(modeOf(before)).catch(() => undefined);
}

function modeOf({ mode }: Stats): number {
  return mode & 0o777;
}

async function fillDirect({ path }: WriteTarget, fill: Fill): Promise<void> {
  // Not to be made, and nothing of it to be cut off: it may be a file that another process has begun.
  const file = await open(path, constants.O_WRONLY | constants.O_APPEND);
  try {
    await fill(file);
  } finally {
    await file.close();
  }
}

function whyOf(cause: unknown, { path, isDirect }: WriteTarget): string {
  if (codeOf(cause) === 'EISDIR') return 'it is a folder; name a file';
  // The temporary name says nothing to whoever chose the file's.
  const why = messageOf(cause).replace(/, \w+ '[^']*\.\d+-[\da-f]+\.tmp'.*$/su, '');
  if (isDirect) return `${why}. It is no regular file, so it is written to as it is`;
  return `${why}. Check the permissions of the folder ${dirname(path)} and the free space`;
}
