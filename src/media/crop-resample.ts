import { type Box } from '../core/box.ts';
import { type CropSize } from '../core/bucket.ts';
import { type RgbImage } from '../core/rgb-image.ts';
import { assertInteger } from '../core/assert.ts';

/** Weights are fractions of 2^11, as in OpenCV: the product of two of them and a sample stays inside 32 bits. */
const weightBits = 11;
const one = 1 << weightBits;
const half = 1 << (2 * weightBits - 1);

/**
 * Cuts a box out of an image and resizes it: bilinear without anti-aliasing, half-pixel centres, the border repeated.
 *
 * Equal to OpenCV's `resize(image[y1:y2, x1:x2], INTER_LINEAR)` to within 1 of 255; the weights are OpenCV's. Pixels outside the box have
 * no influence.
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
  const start = y1 * stride + x1 * 3;
  const columns = taps(x2 - x1, width, 3);
  const rows = taps(y2 - y1, height, stride);
  const data = new Uint8Array(width * height * 3);
  for (let y = 0, o = 0; y < height; y += 1) {
    const upper = start + rows.near[y]!;
    const lower = start + rows.far[y]!;
    const down = rows.weight[y]!;
    for (let x = 0; x < width; x += 1, o += 3) {
      const right = columns.weight[x]!;
      const a = upper + columns.near[x]!;
      const b = upper + columns.far[x]!;
      const c = lower + columns.near[x]!;
      const d = lower + columns.far[x]!;
      const wa = Math.imul(one - down, one - right);
      const wb = Math.imul(one - down, right);
      const wc = Math.imul(down, one - right);
      const wd = Math.imul(down, right);
      const redAbove = Math.imul(source[a]!, wa) + Math.imul(source[b]!, wb);
      const redBelow = Math.imul(source[c]!, wc) + Math.imul(source[d]!, wd);
      const greenAbove = Math.imul(source[a + 1]!, wa) + Math.imul(source[b + 1]!, wb);
      const greenBelow = Math.imul(source[c + 1]!, wc) + Math.imul(source[d + 1]!, wd);
      const blueAbove = Math.imul(source[a + 2]!, wa) + Math.imul(source[b + 2]!, wb);
      const blueBelow = Math.imul(source[c + 2]!, wc) + Math.imul(source[d + 2]!, wd);
      data[o] = (redAbove + redBelow + half) >> (2 * weightBits);
      data[o + 1] = (greenAbove + greenBelow + half) >> (2 * weightBits);
      data[o + 2] = (blueAbove + blueBelow + half) >> (2 * weightBits);
    }
  }
  return { width, height, data };
}

interface Taps {
  /** Offset of the sample before the point, and of the one after it, in bytes. */
  readonly near: Int32Array;
  readonly far: Int32Array;
  /** Weight of the sample after it, in 2^11ths. */
  readonly weight: Int32Array;
}

function taps(from: number, to: number, bytes: number): Taps {
  const near = new Int32Array(to);
  const far = new Int32Array(to);
  const weight = new Int32Array(to);
  for (let i = 0; i < to; i += 1) {
    const point = Math.min(Math.max(((i + 0.5) * from) / to - 0.5, 0), from - 1);
    const before = Math.floor(point);
    near[i] = before * bytes;
    far[i] = Math.min(before + 1, from - 1) * bytes;
    weight[i] = Math.round((point - before) * one);
  }
  return { near, far, weight };
}
