import { type Box } from '../core/box.ts';
import { type CropSize } from '../core/bucket.ts';
import { type RgbImage } from '../core/rgb-image.ts';
import { assertInteger } from '../core/assert.ts';

/** Weights are fractions of 2^11, as in OpenCV: two of them and a sample stay inside 32 bits. */
const weightBits = 11;
const one = 1 << weightBits;
const half = 1 << (2 * weightBits - 1);

/**
 * Cuts a box out of an image and resizes it: bilinear without anti-aliasing, half-pixel centres, the border repeated.
 *
 * Equal to OpenCV's `resize(image[y1:y2, x1:x2], INTER_LINEAR)` to within 1 of 255; the algorithm is OpenCV's fixed-point one. Pixels
 * outside the box have no influence.
 *
 * @param box integers inside the image, not empty.
 * @param size width and height of the result in pixels.
 * @throws TypeError when the box is not inside the image or the size is not positive.
 */
export function cropResample(image: RgbImage, box: Box, [width, height]: CropSize): RgbImage {
  const [x1, y1, x2, y2] = box;
  assertInteger('box x1', x1, 0);
  assertInteger('box y1', y1, 0);
  assertInteger('box x2', x2, x1 + 1, image.width);
  assertInteger('box y2', y2, y1 + 1, image.height);
  assertInteger('width', width, 1);
  assertInteger('height', height, 1);

  const source = image.data;
  const stride = image.width * 3;
  const samples = width * 3;
  const columns = taps(x2 - x1, width);
  const rows = taps(y2 - y1, height);
  const data = new Uint8Array(samples * height);
  // Two rows of the source, resized across; going down, a row is often needed twice.
  let upper = new Int32Array(samples);
  let lower = new Int32Array(samples);
  let upperRow = -1;
  let lowerRow = -1;

  const across = (row: number, out: Int32Array): void => {
    const start = (y1 + row) * stride + x1 * 3;
    for (let x = 0, o = 0; x < width; x += 1, o += 3) {
      const a = start + columns.near[x]! * 3;
      const b = start + columns.far[x]! * 3;
      const weight = columns.weight[x]!;
      const rest = one - weight;
      out[o] = source[a]! * rest + source[b]! * weight;
      out[o + 1] = source[a + 1]! * rest + source[b + 1]! * weight;
      out[o + 2] = source[a + 2]! * rest + source[b + 2]! * weight;
    }
  };

  for (let y = 0, o = 0; y < height; y += 1) {
    const near = rows.near[y]!;
    const far = rows.far[y]!;
    if (near === lowerRow) {
      [upper, lower] = [lower, upper];
      [upperRow, lowerRow] = [lowerRow, upperRow];
    }
    if (near !== upperRow) across(near, upper);
    upperRow = near;
    if (far !== lowerRow) across(far, lower);
    lowerRow = far;
    const weight = rows.weight[y]!;
    const rest = one - weight;
    for (let x = 0; x < samples; x += 1, o += 1) {
      data[o] = (upper[x]! * rest + lower[x]! * weight + half) >> (2 * weightBits);
    }
  }
  return { width, height, data };
}

interface Taps {
  /** Index of the sample before the point, and of the one after it. */
  readonly near: Int32Array;
  readonly far: Int32Array;
  /** Weight of the sample after it, in 2^11ths. */
  readonly weight: Int32Array;
}

function taps(from: number, to: number): Taps {
  const near = new Int32Array(to);
  const far = new Int32Array(to);
  const weight = new Int32Array(to);
  for (let i = 0; i < to; i += 1) {
    const point = Math.min(Math.max(((i + 0.5) * from) / to - 0.5, 0), from - 1);
    near[i] = Math.floor(point);
    far[i] = Math.min(near[i]! + 1, from - 1);
    weight[i] = Math.round((point - near[i]!) * one);
  }
  return { near, far, weight };
}
