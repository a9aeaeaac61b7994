import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { messageOf, PipelineError } from '../core/errors.ts';
import { isFileMissing } from './is-file-missing.ts';
import { isFolder } from './is-folder.ts';

/**
 * Makes a folder and those above it, where they are missing.
 *
 * @throws PipelineError `file-unwritable`.
 */
export async function makeFolder(path: string): Promise<void> {
  await makePath(path).catch((cause: unknown) => {
    const message = `Cannot make the folder ${path}: ${messageOf(cause)}. Check its permissions and the free space.`;
    throw new PipelineError('file-unwritable', message, { path, cause });
  });
}

/**
 * The same, with the error of the file system. Node's `mkdir` with `recursive` never ends in a file system that calls a folder missing which cannot be
 * made, as `/proc` does.
 */
export async function makePath(path: string): Promise<void> {
  try {
    await mkdir(path);
  } catch (error) {
    if (isFileMissing(error) && dirname(path) !== path) {
      await makePath(dirname(path));
      await mkdir(path).catch((again: unknown) => throwUnlessFolder(path, again));
    } else await throwUnlessFolder(path, error);
  }
}

async function throwUnlessFolder(path: string, error: unknown): Promise<void> {
  if (!(await isFolder(path))) throw error;
}
