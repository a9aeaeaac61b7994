import { readFile } from 'node:fs/promises';
import sharp, { type Sharp } from 'sharp';
import { messageOf, PipelineError } from '../core/errors.ts';

/** Most pixels of a picture that is read; a larger one is refused before any memory is taken for it. */
export const maxPicturePixels = 100_000_000;

// A cache of open files gives old pixels for a file that was written anew.
sharp.cache(false);

/** Options of {@link readPixels}. */
export interface ReadPixelsOptions {
  /** Steps between the opened file and its raw pixels. */
  readonly prepare: (picture: Sharp) => Sharp;
  /** Stops the reading; the call then throws the signal's reason. */
  readonly signal?: AbortSignal | undefined;
  /** Called with the pixels of the file, when they are known and not yet decoded; decoding begins when the promise resolves. */
  readonly reserve?: ((pixels: number) => Promise<void>) | undefined;
}

/** Raw pixels, 8 bits a sample, without padding. */
export interface RawPixels {
  readonly width: number;
  readonly height: number;
  readonly channels: number;
  readonly data: Uint8Array;
}

/**
 * Reads a picture file of any format that sharp knows, whatever its extension says. Of an animation, the first picture.
 *
 * @throws {@link PipelineError} `picture-unreadable` if it is missing, empty, broken, cut short or larger than {@link maxPicturePixels}.
 */
export async function readPixels(path: string, options: ReadPixelsOptions): Promise<RawPixels> {
  const bytes = await attempt(() => readFile(path, { signal: options.signal }), { path, signal: options.signal });
  return decodePixels(bytes, path, options);
}

/**
 * Decodes the bytes of a picture file, which errors call `path`.
 *
 * @throws {@link PipelineError} `picture-unreadable` as {@link readPixels} does.
 */
export async function decodePixels(
  bytes: Uint8Array,
  path: string,
  { prepare, signal, reserve }: ReadPixelsOptions,
): Promise<RawPixels> {
  if (bytes.length === 0) throw unreadable(path, 'the file is empty');
  // Warnings are frequent in sound photos (bytes between two markers); errors and missing ends are not.
  const picture = sharp(bytes, { failOn: 'error', limitInputPixels: maxPicturePixels, autoOrient: true });
  if (reserve) {
    const { width, height } = await attempt(() => picture.metadata(), { path, signal, reasonOf: reasonOfSharp });
    await reserve(width * height);
  }
  const decoded = prepare(picture).raw({ depth: 'uchar' });
  const decode = () => decoded.toBuffer({ resolveWithObject: true });
  const { data, info } = await attempt(decode, { path, signal, reasonOf: reasonOfSharp });
  return { width: info.width, height: info.height, channels: info.channels, data: ownBytes(data) };
}

interface Attempt {
  readonly path: string;
  readonly signal: AbortSignal | undefined;
  readonly reasonOf?: (thrown: unknown) => string;
}

async function attempt<T>(work: () => Promise<T>, { path, signal, reasonOf = messageOf }: Attempt): Promise<T> {
  signal?.throwIfAborted();
  const result = await work().catch((error: unknown) => {
    signal?.throwIfAborted();
    throw unreadable(path, reasonOf(error), error);
  });
  signal?.throwIfAborted();
  return result;
}

/**
 * Sharp's own words, which are the same each time. Those of libvips behind them come from a buffer that all threads share: they may be of another picture that fails
 * at the same moment, or gone.
 */
function reasonOfSharp(thrown: unknown): string {
  return (
    /^Input (?:buffer|image) [^:\n]+/u.exec(messageOf(thrown))?.[0] ??
    'its pixels are damaged, or the file is cut short'
  );
}

/** The failure of one picture. */
export function unreadable(path: string, reason: string, cause?: unknown): PipelineError {
  return new PipelineError('picture-unreadable', `Cannot read the picture ${path}: ${reason.split('\n', 1)[0]}`, {
    path,
    cause,
  });
}

/** Bytes in a buffer of their own, so that it can be handed to another thread. */
export function ownBytes(data: Uint8Array): Uint8Array {
  const isWhole = data.byteOffset === 0 && data.byteLength === data.buffer.byteLength;
  return isWhole ? new Uint8Array(data.buffer) : new Uint8Array(data);
}
