import { PipelineError } from '../core/errors.ts';
import { type RgbImage } from '../core/rgb-image.ts';
import { pixelBytes, type PixelsFormat } from './cut-frame.ts';
import { startFfmpeg } from './ffmpeg-process.ts';
import { type Ffmpeg } from './find-ffmpeg.ts';

/** ffmpeg looks at this many bytes before it begins. */
const smallestProbe = 32;

/** Converts frames of one size and pixel format to RGB, one at a time. Disposing of it ends its ffmpeg. */
export interface YuvConverter extends AsyncDisposable {
  /** Whether it takes one frame only, since ffmpeg would wait for more bytes than a frame has. */
  readonly takesOne: boolean;
  /**
   * Converts one frame; wait for it before the next one. Once `signal` fires, or after a failure, the converter is of no more use.
   *
   * @throws {@link PipelineError} `stream-unreadable` if ffmpeg ends; `ffmpeg-missing` if it does not start.
   */
  convert(data: Uint8Array, signal?: AbortSignal): Promise<RgbImage>;
}

/**
 * Starts an ffmpeg that converts frames to RGB, so that the arithmetic is that of `decodeClip`. It gives each frame before it is given the next.
 * Holds one frame.
 */
export function openYuvConverter(ffmpeg: Ffmpeg, format: PixelsFormat): YuvConverter {
  const { width, height } = format;
  const process = startFfmpeg(ffmpeg, { inputArgs: inputArgs(format), outputArgs: outputArgs(format) });
  process.stdin.on('error', () => undefined); // Its end is heard of through `done`.
  const chunks = process.stdout[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
  let left: Uint8Array = new Uint8Array(0);

  const read = async (): Promise<Uint8Array> => {
    const pixels = new Uint8Array(width * height * 3);
    for (let filled = 0; filled < pixels.length; ) {
      if (left.length === 0) {
        const chunk = await chunks.next();
        if (chunk.done === true) throw await failure();
        left = chunk.value;
      }
      const piece = left.subarray(0, pixels.length - filled);
      pixels.set(piece, filled);
      filled += piece.length;
      left = left.subarray(piece.length);
    }
    return pixels;
  };
  const failure = async (): Promise<Error> => {
    const { code, signal, stderr } = await process.done;
    const why = stderr.at(-1) ?? `ffmpeg ended with ${signal ?? `status ${code}`}`;
    return new PipelineError('stream-unreadable', `Cannot convert ${format.pixelFormat} frames to RGB: ${why}`);
  };

  return {
    takesOne: pixelBytes(format) < smallestProbe,
    async convert(data, signal) {
      signal?.throwIfAborted();
      if (data.length !== pixelBytes(format)) {
        const wanted = `${width}x${height} ${format.pixelFormat}, which are ${pixelBytes(format)} bytes`;
        throw new TypeError(`Expected \`data\` to be ${wanted}, got ${data.length}`);
      }
      signal?.addEventListener('abort', process.kill);
      try {
        if (data.length < smallestProbe) process.stdin.end(data);
        else process.stdin.write(data);
        return { width, height, data: await read() };
      } catch (error) {
        signal?.throwIfAborted();
        throw error;
      } finally {
        signal?.removeEventListener('abort', process.kill);
      }
    },
    async [Symbol.asyncDispose]() {
      process.kill();
      await process.done.catch(() => undefined); // A failed start has been thrown by `convert`.
    },
  };
}

function inputArgs({ width, height, pixelFormat }: PixelsFormat): readonly string[] {
  // Without the small probe it would read several frames before it gives the first.
  const oneByOne = ['-threads', '1', '-probesize', `${smallestProbe}`, '-analyzeduration', '0'];
  return [...oneByOne, '-f', 'rawvideo', '-pix_fmt', pixelFormat, '-s', `${width}x${height}`, '-r', '25'];
}

/** The times are those of `decodeClip`: with others, some versions keep a frame back until the next one has come. */
function outputArgs({ range, matrix }: PixelsFormat): readonly string[] {
  const colors = [
    ...(range === 'full' ? ['in_range=full'] : []),
    ...(matrix === 'bt709' ? ['in_color_matrix=bt709'] : []),
  ];
  const scale = colors.length > 0 ? `scale=${colors.join(':')},` : '';
  const filters = `${scale}setpts=N*1000/TB`;
  const pixels = ['-threads', '1', '-f', 'rawvideo', '-pix_fmt', 'rgb24', '-flush_packets', '1'];
  return ['-nostdin', '-an', '-sn', '-dn', '-vf', filters, '-r', '1/1000', ...pixels];
}
