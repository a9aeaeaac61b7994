import { assertInteger } from '../core/assert.ts';
import { type CropSize } from '../core/bucket.ts';
import { type RgbImage } from '../core/rgb-image.ts';

/** Weights are fractions of 2^22, as in Pillow: 255 of them stay inside 32 bits. */
const weightBits = 22;
const half = 1 << (weightBits - 1);

/**
 * Resizes an image with a triangle filter that widens as it shrinks (anti-aliasing), half-pixel centres.
 *
 * Equal to Pillow's `Image.resize(size, BILINEAR)`, whose algorithm it is: across, rounded to 8 bits, then down. Where one side grows and the
 * other shrinks, Pillow may go down first, and pixels differ by 1 of 255.
 *
 * @throws TypeError when the size is not positive.
 */
export function resizePicture(image: RgbImage, [width, height]: CropSize): RgbImage {
  assertInteger('width', width, 1);
  assertInteger('height', height, 1);
  const wide = width === image.width ? image.data : across(image, triangle(image.width, width), width);
  const data = height === image.height ? wide : down(wide, triangle(image.height, height), width * 3, height);
  return { width, height, data: data === image.data ? data.slice() : data };
}

interface Kernel {
  /** First sample of the window of each output. */
  readonly first: Int32Array;
  /** Samples in the window of each output. */
  readonly count: Int32Array;
  /** Most samples in a window, and so the distance between two windows in `weights`. */
  readonly length: number;
  /** Weights in 2^22ths. */
  readonly weights: Int32Array;
}

function triangle(from: number, to: number): Kernel {
  const scale = from / to;
  const reach = Math.max(scale, 1);
  const length = Math.ceil(reach) * 2 + 1;
  const first = new Int32Array(to);
  const count = new Int32Array(to);
  const weights = new Int32Array(to * length);
  const exact = new Float64Array(length);
  for (let i = 0; i < to; i += 1) {
    const centre = (i + 0.5) * scale;
    const start = Math.max(0, Math.trunc(centre - reach + 0.5));
    const n = Math.min(from, Math.trunc(centre + reach + 0.5)) - start;
    let sum = 0;
    for (let k = 0; k < n; k += 1) {
      exact[k] = Math.max(0, 1 - Math.abs((k + start - centre + 0.5) / reach));
      sum += exact[k]!;
    }
    for (let k = 0; k < n; k += 1) weights[i * length + k] = Math.trunc((exact[k]! / sum) * (1 << weightBits) + 0.5);
    first[i] = start;
    count[i] = n;
  }
  return { first, count, length, weights };
}

function across({ data: source, width: from, height }: RgbImage, kernel: Kernel, width: number): Uint8Array {
  const { first, count, length, weights } = kernel;
  const out = new Uint8Array(width * height * 3);
  for (let y = 0, o = 0; y < height; y += 1) {
    const row = y * from * 3;
    for (let x = 0; x < width; x += 1, o += 3) {
      let red = half;
      let green = half;
      let blue = half;
      let at = row + first[x]! * 3;
      const end = x * length + count[x]!;
      // `imul` and `| 0` keep the sums in 32 bits: twice as fast as numbers that might overflow.
      for (let k = x * length; k < end; k += 1, at += 3) {
        const weight = weights[k]!;
        red = (red + Math.imul(source[at]!, weight)) | 0;
        green = (green + Math.imul(source[at + 1]!, weight)) | 0;
        blue = (blue + Math.imul(source[at + 2]!, weight)) | 0;
      }
      out[o] = red >> weightBits;
      out[o + 1] = green >> weightBits;
      out[o + 2] = blue >> weightBits;
    }
  }
  return out;
}

function down(source: Uint8Array, kernel: Kernel, samples: number, height: number): Uint8Array {
  const { first, count, length, weights } = kernel;
  const out = new Uint8Array(samples * height);
  const sums = new Int32Array(samples);
  for (let y = 0, o = 0; y < height; y += 1) {
    sums.fill(half);
    const rows = count[y]!;
    // Four rows in one sweep; a row beyond the window is the first one again, at weight 0.
    for (let k = 0; k < rows; k += 4) {
      const w = y * length + k;
      const row = (first[y]! + k) * samples;
      const [row1, weight1] = k + 1 < rows ? [row + samples, weights[w + 1]!] : [row, 0];
      const [row2, weight2] = k + 2 < rows ? [row + samples * 2, weights[w + 2]!] : [row, 0];
      const [row3, weight3] = k + 3 < rows ? [row + samples * 3, weights[w + 3]!] : [row, 0];
      const weight = weights[w]!;
      for (let x = 0; x < samples; x += 1) {
        const upper = Math.imul(source[row + x]!, weight) + Math.imul(source[row1 + x]!, weight1);
        const lower = Math.imul(source[row2 + x]!, weight2) + Math.imul(source[row3 + x]!, weight3);
        sums[x] = (sums[x]! + upper + lower) | 0;
      }
    }
    for (let x = 0; x < samples; x += 1, o += 1) out[o] = sums[x]! >> weightBits;
  }
  return out;
}
