import { stat } from 'node:fs/promises';
import { type Readable } from 'node:stream';
import { messageOf, PipelineError } from '../core/errors.ts';
import { assertFrames, type FrameSelection, frameTest } from '../core/frame-selection.ts';
import { type RgbImage } from '../core/rgb-image.ts';
import { type FfmpegExit, type FfmpegProcess } from './ffmpeg-process.ts';
import { type Ffmpeg } from './find-ffmpeg.ts';
import { PipeReader } from './pipe-reader.ts';
import { type PixelPool } from './pixel-pool.ts';
import { PpmParser } from './ppm-parser.ts';
import { selectFrames } from './select-frames.ts';
import { type StartClip, startClip } from './start-clip.ts';
import { stoppable } from './stoppable.ts';

/** Options of {@link decodeClip}. */
export interface DecodeClipOptions {
  /** The ffmpeg that decodes, see `findFfmpeg`. */
  readonly ffmpeg: Ffmpeg;
  /** Starts it. @defaultValue a child of this process */
  readonly start?: StartClip | undefined;
  /** Which frames are wanted. */
  readonly frames: FrameSelection;
  /** Ends ffmpeg and the iteration, which then throws the signal's reason. */
  readonly signal?: AbortSignal | undefined;
  /**
   * Called for each frame with its bytes of pixels, when its size is known and its memory is not yet taken; the frame is read
   * when the promise resolves, and a rejection is thrown.
   */
  readonly reserve?: ((bytes: number) => Promise<void>) | undefined;
  /** Where the memory of the frames comes from, to be used again once their `pixels` are disposed. @defaultValue memory of the clip's own */
  readonly pool?: PixelPool | undefined;
  /**
   * Called once, before the end, with ffmpeg's last words if it complained and yet gave frames: the clip is damaged, and some of them could not be read, or
   * were read with holes that the decoder has filled.
   */
  readonly onDamage?: ((reason: string) => void) | undefined;
}

/** One frame of a clip. */
export interface ClipFrame {
  /** Place among the frames that decode, counted from 0. */
  readonly index: number;
  /** At the clip's own size, upright, in a buffer of its own. */
  readonly image: RgbImage;
  /** The memory of `image`: to be disposed, if at all, when nobody looks at it any more. */
  readonly pixels: Disposable;
}

/**
 * Decodes the wanted frames of a clip in one pass of ffmpeg, which stops after the last of them.
 *
 * Of an MP4 file, coded pictures that none of them needs are not decoded, see `startClip`; the frames are the same.
 *
 * A frame is picked by its place among the decoded frames, never by its time. Where a clip changes its size midway, all frames have that of
 * the first. A clip that is too short gives the frames that it
 * has, perhaps none; one that is damaged gives those that can be decoded. Holds one frame and what is in the
 * pipe: while nobody asks for the next frame, ffmpeg waits. `return()` ends ffmpeg at once, also while a frame is awaited.
 *
 * @example for await (const { index, image } of decodeClip('clip.mp4', { ffmpeg, frames: defaultFrames })) use(index, image);
 * @throws TypeError when called, if `frames` is out of range.
 * @throws {@link PipelineError} `clip-unreadable` if nothing can be decoded, with ffmpeg's last line; `ffmpeg-missing` if it does not start.
 */
export function decodeClip(path: string, options: DecodeClipOptions): AsyncGenerator<ClipFrame, undefined, undefined> {
  assertFrames('frames', options.frames);
  return stoppable((stop) => readFrames(path, options, stop), options.signal);
}

async function* readFrames(
  path: string,
  { ffmpeg, start = startClip, frames, reserve, pool, onDamage }: DecodeClipOptions,
  stop: AbortSignal,
): AsyncGenerator<ClipFrame, undefined, undefined> {
  const { indexAt } = selectFrames(frames);
  const isWanted = frameTest(frames);
  const reader = new PipeReader();
  const onStdout = (pipe: Readable): void => reader.open(pipe);
  const process = start(ffmpeg, { path, frames, onStdout });
  const end = (): void => {
    process.kill();
    reader.close();
  };
  process.done.catch(end); // There is nothing to read where it did not start.
  stop.addEventListener('abort', end);
  let place = 0;
  let count = 0;
  let refusal: { readonly reason: unknown } | undefined;
  const refuse = (reason: unknown): never => {
    refusal = { reason };
    throw reason;
  };
  try {
    const parser = new PpmParser(pool);
    for (let chunk = await reader.read(); chunk && !stop.aborted; chunk = await reader.read()) {
      for (const event of parser.push(chunk)) {
        const index = indexAt(place);
        if (event.kind === 'frame') place += 1;
        if (!isWanted(index)) continue;
        if (event.kind === 'size') {
          if (reserve) await untilStopped(reserve(event.bytes), stop).catch(refuse);
        } else {
          yield { index, image: event.image, pixels: event.pixels };
          count += 1;
        }
        if (stop.aborted) return;
      }
    }
    if (stop.aborted) return;
    const exit = await process.done;
    const reason = damageOf(exit)
      ?.replace(`file:${path}: `, '')
      .replace(/^pipe:0: /u, '');
    if (exit.signal !== undefined) throw unreadable(path, `ffmpeg was ended by ${exit.signal} after ${place} frames`);
    if (count === 0 && reason !== undefined)
      throw unreadable(path, (await isEmpty(path)) ? 'the file is empty' : reason);
    parser.end();
    if (reason !== undefined) onDamage?.(reason);
  } catch (error) {
    if (stop.aborted) return;
    if (refusal) throw refusal.reason;
    if (error instanceof PipelineError && error.path !== undefined) throw error;
    throw unreadable(path, messageOf(error), error);
  } finally {
    stop.removeEventListener('abort', end);
    end();
    await ended(process);
  }
}

/** What ffmpeg says when it was given nothing to write. It is no fault of a clip that ends before its first wanted frame. */
const nothingWritten =
  /before EOF|after EOF|Error marking filters|Task finished with error|Terminating thread|Nothing was written|file is empty/u;

async function isEmpty(path: string): Promise<boolean> {
  const found = await stat(path).catch(() => undefined); // ffmpeg has said why.
  return found?.isFile() === true && found.size === 0;
}

/** What ffmpeg complained about; undefined if it did not. */
function damageOf({ code, stderr }: FfmpegExit): string | undefined {
  if (stderr.some((line) => line.includes('matches no streams'))) return 'it has no video stream';
  const complaint = stderr.findLast((line) => !nothingWritten.test(line));
  return complaint ?? (code === 0 || stderr.length > 0 ? undefined : `ffmpeg ended with status ${code}`);
}

function unreadable(path: string, reason: string, cause?: unknown): PipelineError {
  return new PipelineError('clip-unreadable', `Cannot read the clip ${path}: ${reason}`, { path, cause });
}

/** Waits for `pending`, but not longer than until `stop` fires. */
async function untilStopped(pending: Promise<void>, stop: AbortSignal): Promise<void> {
  if (stop.aborted) return;
  let onStop = (): void => undefined;
  const stopped = new Promise<void>((resolve) => {
    onStop = resolve;
    stop.addEventListener('abort', onStop);
  });
  await Promise.race([pending, stopped]).finally(() => stop.removeEventListener('abort', onStop));
}

async function ended(process: Pick<FfmpegProcess, 'done'>): Promise<void> {
  await process.done.catch(() => undefined); // A failed start has been thrown by the reader.
}
