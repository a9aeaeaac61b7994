import { type RgbImage } from '../core/rgb-image.ts';
import { readPixels, unreadable } from './picture-file.ts';

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
  const { signal, reserve } = options;
  const { width, height, channels, data } = await readPixels(path, {
    prepare: (picture) => picture.flatten({ background: '#ffffff' }),
    signal,
    ...(reserve && { reserve: (pixels) => reserve(pixels * 3) }),
  });
  if (channels !== 3) throw unreadable(path, `it has ${channels} channels instead of 3`);
  return { width, height, data };
}
