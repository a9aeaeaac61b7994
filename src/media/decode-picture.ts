import { type RgbImage } from '../core/rgb-image.ts';
import { decodePixels, type ReadPixelsOptions, readPixels, type RawPixels, unreadable } from './picture-file.ts';

/** Options of {@link decodePicture}. */
export interface DecodePictureOptions {
  /** Stops the reading; the call then throws the signal's reason. */
  readonly signal?: AbortSignal | undefined;
  /** Called with the picture's bytes of pixels before it is decoded; decoding begins when the promise resolves. */
  readonly reserve?: ((bytes: number) => Promise<void>) | undefined;
}

/**
 * Reads a picture file as upright 8-bit sRGB: EXIF orientation is applied, grey and CMYK are converted, 16 bits become 8,
 * and what is transparent shows white. The content decides the format, not the extension.
 *
 * @throws {@link PipelineError} `picture-unreadable` if it is missing, empty, broken, cut short or has over 100 million pixels.
 */
export async function decodePicture(path: string, options: DecodePictureOptions = {}): Promise<RgbImage> {
  return rgb(await readPixels(path, steps(options)), path);
}

/** Decodes the bytes of a picture file as {@link decodePicture} does; errors call it `name`. */
export async function decodePictureBytes(
  bytes: Uint8Array,
  name: string,
  options: DecodePictureOptions = {},
): Promise<RgbImage> {
  return rgb(await decodePixels(bytes, name, steps(options)), name);
}

function steps({ signal, reserve }: DecodePictureOptions): ReadPixelsOptions {
  return {
    prepare: (picture) => picture.flatten({ background: '#ffffff' }),
    signal,
    ...(reserve && { reserve: (pixels) => reserve(pixels * 3) }),
  };
}

function rgb({ width, height, channels, data }: RawPixels, path: string): RgbImage {
  if (channels !== 3) throw unreadable(path, `it has ${channels} channels instead of 3`);
  return { width, height, data };
}
