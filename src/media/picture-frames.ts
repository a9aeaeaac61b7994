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
 * Paths of the pictures in a folder, by name, numbers in it by value. Other files are passed over.
 *
 * @throws {@link PipelineError} `options-invalid` if there is none, `stream-unreadable` if the folder cannot be read.
 */
export async function listPictureFrames(folder: string): Promise<readonly string[]> {
  const names = (await attempt(folder, readdir(folder))).filter(isPictureName);
  if (names.length === 0) {
    const message = `Expected pictures (${extensions.join(', ')}) in ${folder}, found none; name another folder, a file or an address`;
    throw new PipelineError('options-invalid', message, { path: folder });
  }
  names.sort((a, b) => natural.compare(a, b) || compareIds(a, b));
  return names.map((name) => join(folder, name));
}

/**
 * Reads one picture, or those of a folder as {@link listPictureFrames} lists them, as frames without times. Holds one frame.
 *
 * @throws {@link PipelineError} `options-invalid` if a folder has no picture, `stream-unreadable` if one cannot be read.
 */
export async function* readPictureFrames(
  path: string,
  isFolder: boolean,
  stop: AbortSignal,
): AsyncGenerator<CutFrame, undefined, undefined> {
  const files = isFolder ? await listPictureFrames(path) : [path];
  for (const [index, file] of files.entries()) {
    if (stop.aborted) return undefined;
    const data = ownBytes(await attempt(path, readFile(file)));
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

function attempt<T>(path: string, work: Promise<T>): Promise<T> {
  return work.catch((error: unknown) => {
    throw unreadable(path, messageOf(error), error);
  });
}
