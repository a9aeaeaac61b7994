import { type CropSize } from '../../src/core/bucket.ts';
import { type RgbImage } from '../../src/core/rgb-image.ts';

/** Pillow's BILINEAR in plain loops, sample by sample, with 22-bit weights: across, rounded to 8 bits, then down. */
export function slowResize({ width: from, height: rows, data }: RgbImage, [width, height]: CropSize): RgbImage {
  const wide = new Uint8Array(width * rows * 3);
  for (const [x, { first, weights }] of windows(from, width).entries()) {
    for (let y = 0; y < rows; y += 1) {
      for (let c = 0; c < 3; c += 1) {
        wide[(y * width + x) * 3 + c] = sum(weights, (k) => data[(y * from + first + k) * 3 + c]!);
      }
    }
  }
  const out = new Uint8Array(width * height * 3);
  for (const [y, { first, weights }] of windows(rows, height).entries()) {
    for (let i = 0; i < width * 3; i += 1) {
      out[y * width * 3 + i] = sum(weights, (k) => wide[(first + k) * width * 3 + i]!);
    }
  }
  return { width, height, data: out };
}

/** Rounded weighted sum of the samples of a window. */
function sum(weights: readonly number[], sample: (k: number) => number): number {
  let total = 2 ** 21;
  for (let k = 0; k < weights.length; k += 1) total += weights[k]! * sample(k);
  return Math.floor(total / 2 ** 22);
}

interface Window {
  readonly first: number;
  readonly weights: readonly number[];
}

function windows(from: number, to: number): readonly Window[] {
  const scale = from / to;
  const reach = Math.max(scale, 1);
  return Array.from({ length: to }, (_, index) => {
    const centre = (index + 0.5) * scale;
    const first = Math.max(0, Math.trunc(centre - reach + 0.5));
    const end = Math.min(from, Math.trunc(centre + reach + 0.5));
    const exact = Array.from({ length: end - first }, (_, k) =>
      Math.max(0, 1 - Math.abs((k + first - centre + 0.5) / reach)),
    );
    const total = exact.reduce((all, weight) => all + weight, 0);
    return { first, weights: exact.map((weight) => Math.trunc((weight / total) * 2 ** 22 + 0.5)) };
  });
}
