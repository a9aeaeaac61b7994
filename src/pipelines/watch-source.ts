import { open, stat } from 'node:fs/promises';
import { messageOf, PipelineError } from '../core/errors.ts';
import { containerAt, longestContainer } from '../media/container-signature.ts';
import { longestSignature, signatureAt } from '../media/frame-signature.ts';
import { isPictureName, listPictureFrames } from '../media/picture-frames.ts';
import { type RawFormat } from '../media/raw-format.ts';
import { streamInput } from '../media/stream-input.ts';

/** How frames are had: cut out of bytes, as pictures that have no times, or by an ffmpeg that reads a file or an address. */
export type WatchSourceKind = 'bytes' | 'pictures' | 'ffmpeg';

/** What {@link watchSourceKind} looks at. */
export interface WatchSourceOptions {
  readonly source: AsyncIterable<Uint8Array> | string;
  readonly raw?: RawFormat | string | undefined;
  readonly rate?: number | undefined;
  readonly maxFrameBytes?: number | undefined;
}

/**
 * Tells how the frames of a source are had, before anything else is opened, so that a path where nothing is does not wait for the models.
 *
 * @throws TypeError when an option means nothing to a source of this kind.
 * @throws PipelineError `stream-unreadable` when there is nothing at a path, `options-invalid` when a folder has no picture.
 */
export async function watchSourceKind(options: WatchSourceOptions): Promise<WatchSourceKind> {
  const { source, raw, rate, maxFrameBytes } = options;
  if (typeof source !== 'string') return 'bytes';
  const kind = await kindOf(source, raw !== undefined);
  for (const [name, value] of Object.entries({ raw, maxFrameBytes })) {
    if (value === undefined || kind === 'bytes') continue;
    throw new TypeError(`Expected \`${name}\` for piped bytes or a file of bare pixels, got it for ${source}`);
  }
  if (rate !== undefined && kind === 'ffmpeg') {
    throw new TypeError(`Expected \`rate\` for frames without times, got it for ${source}, which has its own`);
  }
  return kind;
}

async function kindOf(source: string, isRaw: boolean): Promise<WatchSourceKind> {
  const input = streamInput(source).source;
  if (!('input' in input)) return 'ffmpeg';
  const found = await attempt(source, stat(source));
  if (found.isDirectory()) {
    await listPictureFrames(source);
    return 'pictures';
  }
  if (isPictureName(source)) return 'pictures';
  if (!isRaw) return 'ffmpeg';
  // A read from a pipe by its name cannot be given up; stdin can.
  if (!found.isFile())
    throw new TypeError(
      `Expected \`raw\` for piped bytes or a file of bare pixels, got it for ${source}; pipe it into stdin`,
    );
  await assertBare(source);
  return 'bytes';
}

/** Pixels may be anything, but a file that says what it is was not meant as pixels. */
async function assertBare(path: string): Promise<void> {
  await using file = await attempt(path, open(path));
  const head = Buffer.alloc(Math.max(longestContainer, longestSignature));
  await attempt(path, file.read(head));
  const name = containerAt(head) ?? (signatureAt(head, 0, ['y4m']) && 'YUV4MPEG2');
  if (name === undefined) return;
  throw new TypeError(`Expected \`raw\` for bare pixels, and ${path} is ${name}, which is read without it`);
}

function attempt<T>(path: string, work: Promise<T>): Promise<T> {
  return work.catch((cause: unknown) => {
    const message = `Cannot read the stream ${path}: ${messageOf(cause)}`;
    throw new PipelineError('stream-unreadable', message, { path, cause });
  });
}
