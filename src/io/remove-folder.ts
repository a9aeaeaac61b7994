import { rm } from 'node:fs/promises';
import { messageOf, PipelineError } from '../core/errors.ts';

/**
 * Removes a folder with all that is in it, or a file; that there is none is fine.
 *
 * @throws PipelineError `file-unwritable`.
 */
export async function removeFolder(path: string): Promise<void> {
  await rm(path, { recursive: true, force: true }).catch((cause: unknown) => {
    const message = `Cannot remove ${path}: ${messageOf(cause)}. Check its permissions.`;
    throw new PipelineError('file-unwritable', message, { path, cause });
  });
}
