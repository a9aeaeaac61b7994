import { readdir } from 'node:fs/promises';
import { messageOf, PipelineError } from '../core/errors.ts';
import { isFileMissing } from './is-file-missing.ts';

/**
 * Makes sure that what is written into a folder replaces nothing: it is missing or empty. `what` is said to need it, as `a shop`.
 *
 * @throws PipelineError `options-invalid` if it holds anything, `file-unwritable` if it cannot be listed.
 */
export async function assertFreeFolder(path: string, what: string): Promise<void> {
  const names = await readdir(path).catch((cause: unknown) => {
    if (isFileMissing(cause)) return [];
    throw new PipelineError('file-unwritable', `Cannot write into the folder ${path}: ${messageOf(cause)}`, {
      path,
      cause,
    });
  });
  const [first] = names;
  if (first === undefined) return;
  const message = `${path} holds files already (${first}); ${what} needs a folder of its own: name a new one, or empty it`;
  throw new PipelineError('options-invalid', message, { path });
}
