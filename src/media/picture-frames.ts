import { readdir, readFile } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { compareIds } from '../core/compare-ids.ts';
import { messageOf, PipelineError } from '../core/errors.ts';
import { type CutFrame } from './cut-frame.ts';
import { expectedSignatures, signatureAt } from './frame-signature.ts';
import { ownBytes } from './picture-file.ts';

const extensions = ['.jpg', '.jpeg', '.png', '.ppm', '.pgm'];
/** `frame-9` before `frame-10`, alike on every machine. */
const natural = new Intl.Collator('en', { numeric: true });

/** Whether a file's name says that it is one of the pictures that are read as frames. */
export function isPictureName(path: string): boolean {
  return extensions.includes(extname(path).toLowerCase());
}

/**
 * Reads one picture, or a folder of them by name, as frames without times. Other files in the folder are passed over. Holds one frame.
 *
 * @throws {@link PipelineError} `options-invalid` if there is no picture, `stream-unreadable` if one cannot be read.
 */
export async function* readPictureFrames(
  path: string,
  isFolder: boolean,
  stop: AbortSignal,
): AsyncGenerator<CutFrame, undefined, undefined> {
  const attempt = <T>(work: Promise<T>): Promise<T> =>
    work.catch((error: unknown) => {
      throw unreadable(path, messageOf(error), error);
    });
  const names = isFolder ? (await attempt(readdir(path))).filter(isPictureName) : [];
  names.sort((a, b) => natural.compare(a, b) || compareIds(a, b));
  const files = isFolder ? names.map((name) => join(path, name)) : [path];
  if (files.length === 0) {
    const message = `Expected pictures (${extensions.join(', ')}) in ${path}, found none; name another folder, a file or an address`;
    throw new PipelineError('options-invalid', message, { path });
  }
  for (const [index, file] of files.entries()) {
    if (stop.aborted) return undefined;
    const data = ownBytes(await attempt(readFile(file)));
    const type = signatureAt(data, 0, expectedSignatures('png'));
    if (type !== 'jpeg' && type !== 'png' && type !== 'ppm') {
      throw unreadable(file, 'it begins like no JPEG, PNG, PPM or PGM');
    }
    yield { index, seconds: undefined, data, format: { kind: 'picture', type } };
  }
  return undefined;
}

function unreadable(path: string, why: string, cause?: unknown): PipelineError {
  return new PipelineError('stream-unreadable', `Cannot read the frames of ${path}: ${why}`, { path, cause });
}
