import { readFile } from 'node:fs/promises';
import { type Box } from '../../src/core/box.ts';
import { type CropSize } from '../../src/core/bucket.ts';
import { type RgbImage } from '../../src/core/rgb-image.ts';

/** What OpenCV and Pillow made of {@link referencePicture}; see `fixtures/make-reference-crops.py`. */
export interface References {
  readonly crops: readonly { readonly box: Box; readonly size: CropSize; readonly pixels: string }[];
  readonly resized: readonly { readonly size: CropSize; readonly pixels: string }[];
}

/** Reads the committed references. */
export async function readReferences(): Promise<References> {
  return JSON.parse(await readFile(new URL('../../fixtures/expected/crops.json', import.meta.url), 'utf8'));
}

/** The picture that the references were made of: noise over a slope, 151x113. */
export function referencePicture(): RgbImage {
  const [width, height] = [151, 113];
  const data = Uint8Array.from({ length: width * height * 3 }, (_, i) => {
    const x = Math.floor(i / 3) % width;
    const y = Math.floor(i / 3 / width);
    return (x + Math.floor((y * ((i % 3) + 1)) / 3) + ((i * 7919 + ((i * i) % 251) * 31) % 96)) % 256;
  });
  return { width, height, data };
}

/** Largest difference between the pixels and those of a reference; 256 when there is another number of them. */
export function largestDifference(image: RgbImage, pixels: string): number {
  const wanted = Buffer.from(pixels, 'base64');
  if (wanted.length !== image.data.length) return 256;
  return image.data.reduce((most, level, i) => Math.max(most, Math.abs(level - (wanted[i] ?? 0))), 0);
}
