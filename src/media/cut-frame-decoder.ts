import { PipelineError } from '../core/errors.ts';
import { type RgbImage } from '../core/rgb-image.ts';
import { type ColorRange, type CutFrame, pixelBytes, type PixelsFormat } from './cut-frame.ts';
import { decodePictureBytes } from './decode-picture.ts';
import { type Ffmpeg } from './find-ffmpeg.ts';
import { readPpmHeader } from './ppm-header.ts';
import { openYuvConverter, type YuvConverter } from './yuv-converter.ts';

/** Options of {@link CutFrameDecoder.decode}. */
export interface DecodeFrameOptions {
  /** Called with the frame's bytes of pixels before their memory is taken; decoding begins when the promise resolves. */
  readonly reserve?: ((bytes: number) => Promise<void>) | undefined;
  /** Stops the decoding; the call then throws the signal's reason. */
  readonly signal?: AbortSignal | undefined;
}

/** Turns cut frames into RGB, one at a time in order, at their own size. Disposing of it ends its ffmpeg. */
export interface CutFrameDecoder extends AsyncDisposable {
  /**
   * Decodes one frame; wait for it before the next one.
   *
   * @throws {@link PipelineError} `picture-unreadable` if this one picture is broken, and the next may be sound; `stream-unreadable` if
   * ffmpeg fails; `ffmpeg-missing` if it does not start.
   */
  decode(frame: CutFrame, options?: DecodeFrameOptions): Promise<RgbImage>;
}

/**
 * Makes a decoder of cut frames. JPEG and PNG are read as `decodePicture` does; YUV goes through an ffmpeg that stays until the size or the
 * format changes, and is converted as `decodeClip` does it; the rest needs no ffmpeg, and RGB gives the frame's own bytes.
 * Starts nothing before it is needed. Holds one frame.
 *
 * @example await using decoder = createFrameDecoder(await findFfmpeg());
 */
export function createFrameDecoder(ffmpeg: Ffmpeg): CutFrameDecoder {
  let converter: { readonly key: string; readonly value: YuvConverter } | undefined;
  let isDisposed = false;

  const dispose = async (): Promise<void> => {
    const { value } = converter ?? {};
    converter = undefined;
    await value?.[Symbol.asyncDispose]();
  };
  const convert = async (data: Uint8Array, format: PixelsFormat, signal?: AbortSignal): Promise<RgbImage> => {
    const { width, height, pixelFormat, range, matrix } = format;
    const key = [width, height, pixelFormat, range, matrix].join(' ');
    if (converter?.key !== key) {
      await dispose();
      if (isDisposed) throw new TypeError('Expected the decoder to be in use, got one that has been disposed of');
      converter = { key, value: openYuvConverter(ffmpeg, format) };
    }
    const { value } = converter;
    try {
      const image = await value.convert(data, signal);
      if (value.takesOne) await dispose();
      return image;
    } catch (error) {
      await dispose();
      throw error;
    }
  };

  return {
    async decode({ index, data, format }, { reserve, signal } = {}) {
      signal?.throwIfAborted();
      const name = `of frame ${index}`;
      if (format.kind === 'picture') {
        if (format.type !== 'ppm') return decodePictureBytes(data, name, { reserve, signal });
        const header = readPpmHeader(data);
        if (typeof header !== 'object')
          throw new PipelineError('picture-unreadable', `Cannot read the picture ${name}`);
        const { width, height, channels, length } = header;
        await reserve?.(width * height * 3);
        const pixels = data.subarray(length);
        return { width, height, data: channels === 1 ? spread(pixels) : new Uint8Array(pixels) };
      }
      const { width, height, pixelFormat } = format;
      if (data.length !== pixelBytes(format)) {
        throw new TypeError(`Expected \`frame.data\` to be ${pixelBytes(format)} bytes, got ${data.length}`);
      }
      await reserve?.(width * height * 3);
      signal?.throwIfAborted();
      if (pixelFormat === 'rgb24') return { width, height, data };
      if (pixelFormat === 'bgr24') return { width, height, data: swap(data) };
      if (pixelFormat === 'gray') return { width, height, data: spread(data, format.range) };
      return convert(data, format, signal);
    },
    async [Symbol.asyncDispose]() {
      isDisposed = true;
      await dispose();
    },
  };
}

/** Grey to RGB; levels from 16 to 235 are stretched. ffmpeg never does so, and never writes grey that is limited. */
function spread(levels: Uint8Array, range: ColorRange = 'full'): Uint8Array {
  const data = new Uint8Array(levels.length * 3);
  const stretched =
    range === 'full' ? undefined : Uint8ClampedArray.from({ length: 256 }, (_, i) => ((i - 16) * 255) / 219);
  for (let i = 0, o = 0; i < levels.length; i += 1, o += 3) {
    const level = stretched ? stretched[levels[i]!]! : levels[i]!;
    data[o] = level;
    data[o + 1] = level;
    data[o + 2] = level;
  }
  return data;
}

/** BGR to RGB. */
function swap(pixels: Uint8Array): Uint8Array {
  const data = new Uint8Array(pixels.length);
  for (let i = 0; i < pixels.length; i += 3) {
    data[i] = pixels[i + 2]!;
    data[i + 1] = pixels[i + 1]!;
    data[i + 2] = pixels[i]!;
  }
  return data;
}
