import { mkdir } from 'node:fs/promises';
import { messageOf, PipelineError } from '../core/errors.ts';

/**
 * Makes a folder and those above it, where they are missing.
 *
 * @throws PipelineError `file-unwritable`.
 */
export async function makeFolder(path: string): Promise<void> {
  await mkdir(path, { recursive: true }).catch((cause: unknown) => {
    const message = `Cannot make the folder ${path}: ${messageOf(cause)}. Check its permissions and the free space.`;
    throw new PipelineError('file-unwritable', message, { path, cause });
  });
}
