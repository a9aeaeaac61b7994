import { rm } from 'node:fs/promises';
import { assertInteger, assertNumber, assertOneOf } from '../core/assert.ts';
import { type RgbImage } from '../core/rgb-image.ts';
import { type FfmpegExit, startFfmpeg } from './ffmpeg-process.ts';
import { type Ffmpeg } from './find-ffmpeg.ts';
import { renameWhole, temporaryName, unwritable } from './write-whole.ts';

/** Speeds of the H.264 encoder, from large files to small ones. */
export const clipPresets = ['ultrafast', 'superfast', 'veryfast', 'faster', 'fast', 'medium', 'slow'] as const;

/** Options of {@link openClipWriter}. */
export interface ClipWriterOptions {
  /** The ffmpeg that encodes, see `findFfmpeg`. */
  readonly ffmpeg: Ffmpeg;
  /** Width of each frame in pixels: an even integer, at least 2. */
  readonly width: number;
  /** Height of each frame in pixels: an even integer, at least 2. */
  readonly height: number;
  /** Frames a second, above 0 and at most 240. */
  readonly fps: number;
  /** Loss of the H.264 encoder: an integer from 0 (none) to 51. @defaultValue `23` */
  readonly crf?: number;
  /** Speed of the encoder. @defaultValue `'veryfast'` */
  readonly preset?: (typeof clipPresets)[number];
}

/** Takes frames and leaves a clip. Disposing it before `close()` leaves nothing. */
export interface ClipWriter extends AsyncDisposable {
  /**
   * Appends a frame; wait for it before the next one. Settles when the encoder has room again.
   *
   * @throws TypeError when the frame has another size.
   * @throws {@link PipelineError} `file-unwritable` if the encoder has ended.
   */
  write(image: RgbImage): Promise<void>;
  /**
   * Ends the clip and gives it its name.
   *
   * @throws {@link PipelineError} `file-unwritable` if the encoder failed or no frame was written.
   */
  close(): Promise<void>;
  /** Ends the encoder at once and leaves no file. */
  abort(): void;
}

/**
 * Starts to write an MP4 clip (H.264, yuv420p). It is written under a temporary name that `close()` turns into `path`. One thread and no
 * times of day: the same frames give the same bytes with the same ffmpeg. Holds one frame and what is in the pipe.
 *
 * @throws TypeError when an option is out of range.
 * @throws {@link PipelineError} `ffmpeg-missing` from `write` or `close` if ffmpeg does not start.
 */
export async function openClipWriter(path: string, options: ClipWriterOptions): Promise<ClipWriter> {
  const { ffmpeg, width, height, fps, crf = 23, preset = 'veryfast' } = options;
  assertEven('width', width);
  assertEven('height', height);
  assertNumber('fps', fps, 0.1, 240);
  assertInteger('crf', crf, 0, 51);
  assertOneOf('preset', preset, clipPresets);

  const temporary = temporaryName(path);
  const encoder = startFfmpeg(ffmpeg, {
    inputArgs: ['-f', 'rawvideo', '-pix_fmt', 'rgb24', '-s', `${width}x${height}`, '-r', `${fps}`],
    outputArgs: encoderArgs(crf, preset),
    output: temporary,
  });
  let state: 'open' | 'closed' = 'open';
  let count = 0;

  const failed = ({ code, signal, stderr }: FfmpegExit): Error =>
    unwritable(path, stderr.at(-1) ?? `ffmpeg ended with ${signal ?? `status ${code}`} after ${count} frames`);
  let discarded: Promise<void> | undefined;
  const discard = async (): Promise<void> => {
    state = 'closed';
    encoder.kill();
    await encoder.done.catch(() => undefined); // Whoever wrote has seen it.
    await rm(temporary, { force: true });
  };

  return {
    async write(image) {
      if (state !== 'open') throw unwritable(path, 'the clip has been closed');
      if (image.width !== width || image.height !== height || image.data.length !== width * height * 3) {
        throw new TypeError(`Expected \`image\` to be ${width}x${height} RGB, got ${image.width}x${image.height}`);
      }
      const taken = new Promise<void>((resolve, reject) => {
        encoder.stdin.write(image.data, (error) =>
          error ? reject(unwritable(path, error.message, error)) : resolve(),
        );
      });
      taken.catch(() => undefined); // Lost to the encoder's own words below.
      const endedEarly = encoder.done.then((exit) => {
        throw failed(exit);
      });
      await Promise.race([taken, endedEarly]);
      count += 1;
    },
    async close() {
      if (state === 'closed') return;
      state = 'closed';
      if (count > 0) encoder.stdin.end();
      else encoder.kill();
      const exit = await encoder.done;
      if (exit.code === 0 && count > 0) return renameWhole(temporary, path);
      await rm(temporary, { force: true });
      throw count === 0 ? unwritable(path, 'no frame was written') : failed(exit);
    },
    abort() {
      if (state === 'open') discarded = discard();
      discarded?.catch(() => undefined); // Disposing of it throws what went wrong.
    },
    async [Symbol.asyncDispose]() {
      if (state === 'open') discarded = discard();
      await discarded;
    },
  };
}

function assertEven(name: string, value: number): void {
  assertInteger(name, value, 2, 16_384);
  if (value % 2 !== 0) throw new TypeError(`Expected \`${name}\` to be even, got ${value} (number)`);
}

function encoderArgs(crf: number, preset: string): readonly string[] {
  const codec = ['-c:v', 'libx264', '-preset', preset, '-crf', `${crf}`, '-pix_fmt', 'yuv420p', '-threads', '1'];
  const plain = ['-an', '-map_metadata', '-1', '-fflags', '+bitexact', '-flags:v', '+bitexact'];
  return ['-y', ...codec, ...plain, '-movflags', '+faststart', '-f', 'mp4'];
}
