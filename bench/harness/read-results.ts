import { readFile } from 'node:fs/promises';
import { isFileMissing } from '../../src/io/is-file-missing.ts';

/** What a file of `bench/results` holds; undefined when there is no such file. */
export async function readResults(path: string): Promise<unknown> {
  const text = await readFile(path, 'utf8').catch((error: unknown) => {
    if (isFileMissing(error)) return undefined;
    throw error;
  });
  return text === undefined ? undefined : JSON.parse(text);
}
