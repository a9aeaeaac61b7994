import { randomBytes } from 'node:crypto';
import { rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { messageOf, PipelineError } from '../core/errors.ts';

const advice = "Check the folder's permissions and the free space.";

/** A name beside `path` that nobody else uses: hidden, and different at each call. */
export function temporaryName(path: string): string {
  return join(dirname(path), `.${basename(path)}.${process.pid}.${randomBytes(4).toString('hex')}.part`);
}

/**
 * Writes a file whole or not at all: `write` fills a temporary name, which then takes the place of `path`. Of two writers of one
 * path, the last one wins.
 *
 * @throws {@link PipelineError} `file-unwritable` if the folder is missing, the disk is full, and so on.
 */
export async function writeWhole(path: string, write: (temporary: string) => Promise<unknown>): Promise<void> {
  const temporary = temporaryName(path);
  try {
    await write(temporary);
  } catch (error) {
    await rm(temporary, { force: true });
    throw unwritable(path, `${messageOf(error)}. ${advice}`, error);
  }
  await renameWhole(temporary, path);
}

/** Gives a finished temporary file its name; it is removed if that fails, with {@link PipelineError} `file-unwritable`. */
export async function renameWhole(temporary: string, path: string): Promise<void> {
  await rename(temporary, path).catch(async (error: unknown) => {
    await rm(temporary, { force: true });
    throw unwritable(path, `${messageOf(error)}. ${advice}`, error);
  });
}

/** The failure of one file. */
export function unwritable(path: string, reason: string, cause?: unknown): PipelineError {
  return new PipelineError('file-unwritable', `Cannot write ${path}: ${reason}`, { path, cause });
}
