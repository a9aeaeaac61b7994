import { type FileHandle, open, readdir, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { messageOf, PipelineError } from '../core/errors.ts';
import { makePath } from './make-folder.ts';

let written = 0;

/** Name in the folder of `path` that no other writer uses, to be renamed to `path` when its content is complete. */
export function temporaryName(path: string): string {
  written += 1;
  return join(dirname(path), `.${process.pid}-${written}.tmp`);
}

/** Removes what a writer that was killed has left in a folder, and, if `recursive`, in those below; that there is no folder is fine. */
export async function removeTemporaries(
  folder: string,
  { recursive = false }: { readonly recursive?: boolean } = {},
): Promise<void> {
  const names = await readdir(folder, { recursive }).catch(() => []);
  const left = names.filter((name) => /^\.\d+-\d+\.tmp$/u.test(basename(name)));
  for (const name of left) await rm(join(folder, name), { force: true });
}

/**
 * Writes a file whole or not at all. Makes missing folders.
 *
 * @throws PipelineError `file-unwritable`; what was at `path` before is then untouched.
 */
export async function writeFileWhole(path: string, data: string | Uint8Array): Promise<void> {
  await fillWhole(path, (file) => file.writeFile(data));
}

/**
 * Writes a file whole or not at all: `fill` gets one with a temporary name, which is put onto the disk, then renamed. Makes missing folders.
 *
 * @throws PipelineError `file-unwritable`, also for what `fill` throws; what was at `path` before is then untouched.
 */
export async function fillWhole(path: string, fill: (file: FileHandle) => Promise<void>): Promise<void> {
  const temporary = temporaryName(path);
  try {
    await makePath(dirname(path));
    const file = await open(temporary, 'wx');
    try {
      await fill(file);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
  } catch (cause) {
    await rm(temporary, { force: true }).catch(() => undefined);
    const message = `Cannot write ${path}: ${messageOf(cause)}. Check the folder's permissions and the free space.`;
    throw new PipelineError('file-unwritable', message, { path, cause });
  }
}
