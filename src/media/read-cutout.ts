import sharp from 'sharp';
import { assertInteger } from '../core/assert.ts';
import { type Box } from '../core/box.ts';
import { type RgbaImage } from '../core/rgba-image.ts';
import { decodePicture } from './decode-picture.ts';
import { ownBytes, unreadable } from './picture-file.ts';
import { type Mask, readMask } from './read-mask.ts';

/** Sides below this leave too little of a garment to be of use, in pixels. */
const leastSide = 16;

/** Options of {@link readCutout}. */
export interface ReadCutoutOptions {
  /** Most pixels of the longer side; a larger garment is shrunk, a smaller one is left. */
  readonly maxSide: number;
  /** Stops the reading; the call then throws the signal's reason. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Reads a garment out of a photo and its mask, cut to the mask's tight box; transparent where the mask is black.
 *
 * @throws TypeError when `maxSide` is not positive.
 * @throws {@link PipelineError} `picture-unreadable` if one of the two cannot be read or the mask shows no garment.
 */
export async function readCutout(photoPath: string, maskPath: string, options: ReadCutoutOptions): Promise<RgbaImage> {
  const { maxSide, signal } = options;
  assertInteger('maxSide', maxSide, 1);
  const photo = await decodePicture(photoPath, { signal });
  const mask = await readMask(maskPath, { size: [photo.width, photo.height], signal });
  const [x1, y1, x2, y2] = tightBox(mask);
  const [width, height] = [x2 - x1, y2 - y1];
  if (width < leastSide || height < leastSide) throw unreadable(maskPath, 'the mask shows no garment');

  const pixels = new Uint8Array(width * height * 4);
  for (let y = y1, o = 0; y < y2; y += 1) {
    for (let x = x1; x < x2; x += 1, o += 4) {
      const i = y * photo.width + x;
      pixels[o] = photo.data[i * 3]!;
      pixels[o + 1] = photo.data[i * 3 + 1]!;
      pixels[o + 2] = photo.data[i * 3 + 2]!;
      pixels[o + 3] = mask.data[i]!;
    }
  }
  const { data, info } = await sharp(pixels, { raw: { width, height, channels: 4 } })
    .resize(maxSide, maxSide, { fit: 'inside', withoutEnlargement: true })
    .raw()
    .toBuffer({ resolveWithObject: true });
  signal?.throwIfAborted();
  return { width: info.width, height: info.height, data: ownBytes(data) };
}

function tightBox({ width, height, data }: Mask): Box {
  let [left, top, right, bottom] = [width, height, 0, 0];
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      if (data[y * width + x] === 0) continue;
      left = Math.min(left, x);
      right = Math.max(right, x + 1);
      top = Math.min(top, y);
      bottom = y + 1;
    }
  }
  return [left, top, right, bottom];
}
