import { writeFile } from 'node:fs/promises';
import { extname } from 'node:path';
import sharp from 'sharp';
import { assertInteger, assertOneOf } from '../core/assert.ts';
import { type RgbImage } from '../core/rgb-image.ts';
import { type RgbaImage } from '../core/rgba-image.ts';
import { writeWhole } from './write-whole.ts';

/** Options of {@link writePicture}. */
export interface WritePictureOptions {
  /** Of a JPEG, 1 to 100. @defaultValue `90` */
  readonly quality?: number;
  /** Of a JPEG, whether colour is kept at full size (`4:4:4`) or at half of it. @defaultValue `'4:2:0'` */
  readonly chroma?: (typeof chromas)[number];
}

const chromas = ['4:2:0', '4:4:4'] as const;

/**
 * Writes a picture as JPEG (`.jpg`, `.jpeg`) or PNG (`.png`), whole or not at all. The same pixels give the same bytes. A JPEG shows
 * white where the picture is transparent.
 *
 * @throws TypeError when the extension is another one, an option is out of range, or `data` is not 3 or 4 bytes a pixel.
 * @throws {@link PipelineError} `file-unwritable` if it cannot be written.
 */
export async function writePicture(
  path: string,
  image: RgbImage | RgbaImage,
  options: WritePictureOptions = {},
): Promise<void> {
  const { quality = 90, chroma = '4:2:0' } = options;
  assertInteger('quality', quality, 1, 100);
  assertOneOf('chroma', chroma, chromas);
  const { width, height, data } = image;
  const channels = data.length / (width * height);
  if (channels !== 3 && channels !== 4) {
    throw new TypeError(
      `Expected \`image.data\` to hold 3 or 4 bytes a pixel, got ${data.length} for ${width}x${height}`,
    );
  }
  const pixels = sharp(data, { raw: { width, height, channels } });
  const extension = extname(path).toLowerCase();
  if (extension === '.png') pixels.png({ compressionLevel: 6 });
  else if (extension === '.jpg' || extension === '.jpeg')
    pixels.flatten({ background: '#ffffff' }).jpeg({ quality, chromaSubsampling: chroma });
  else throw new TypeError(`Expected \`path\` to end in .jpg, .jpeg or .png, got ${path}`);
  await writeWhole(path, async (temporary) => writeFile(temporary, await pixels.toBuffer()));
}
