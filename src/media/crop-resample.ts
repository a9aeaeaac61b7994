import { type Box } from '../core/box.ts';
import { type CropSize } from '../core/bucket.ts';
import { type RgbImage } from '../core/rgb-image.ts';
import { assertInteger } from '../core/assert.ts';
import { copyRows } from './copy-rows.ts';
import { kernelMemory, pixelKernels } from './pixel-kernels.ts';

/** Weights are fractions of 2^11, as in OpenCV: the product of two of them and a sample stays inside 32 bits. */
const one = 1 << 11;

/**
 * Cuts a box out of an image and resizes it: bilinear without anti-aliasing, half-pixel centres, the border repeated.
 *
 * Equal to OpenCV's `resize(image[y1:y2, x1:x2], INTER_LINEAR)` to within 1 of 255; the weights are OpenCV's. Pixels outside the box have
 * no influence. Works in WebAssembly, piece by piece in 512 KiB, however large the box is.
 *
 * @param box integers inside the image, not empty.
 * @param size width and height of the result in pixels.
 * @param take memory for so many bytes, all of which are written; new memory when left out.
 * @throws TypeError when the box is not inside the image or the size is not positive.
 * @throws PipelineError `library-missing` where WebAssembly or its 128-bit vectors are missing.
 */
export function cropResample(
  image: RgbImage,
  box: Box,
  [width, height]: CropSize,
  take: (bytes: number) => Uint8Array = (bytes) => new Uint8Array(bytes),
): RgbImage {
  const [x1, y1, x2, y2] = box;
  assertInteger('box x1', x1, 0);
  assertInteger('box y1', y1, 0);
  assertInteger('box x2', x2, x1 + 1, image.width);
  assertInteger('box y2', y2, y1 + 1, image.height);
  assertInteger('width', width, 1);
  assertInteger('height', height, 1);

  const columns = taps(x1, x2, width);
  const rows = taps(y1, y2, height);
  const data = take(width * height * 3);
  const most = mostColumns(x2 - x1, width);
  for (let from = 0; from < width; from += most) {
    cropColumns(image, { columns, rows, from, to: Math.min(from + most, width), data });
  }
  return { width, height, data };
}

/** The part of the kernels' memory where rows of the box are. */
const source = { at: kernelMemory.source.at, bytes: kernelMemory.source.bytes + kernelMemory.wide.bytes };

/** Most columns for which every part of the kernels' memory has room, and at least one is always had. The target has it where the table does. */
function mostColumns(boxWidth: number, width: number): number {
  let most = width;
  const isRoomy = (): boolean =>
    most * 8 <= kernelMemory.columns.bytes && 2 * 3 * (Math.ceil((most * boxWidth) / width) + 2) + 8 <= source.bytes;
  while (!isRoomy()) most = Math.ceil(most / 2);
  return most;
}

interface Columns {
  readonly columns: Taps;
  readonly rows: Taps;
  /** First column to be made, and the one after the last. */
  readonly from: number;
  readonly to: number;
  readonly data: Uint8Array;
}

function cropColumns(image: RgbImage, { columns, rows, from, to, data }: Columns): void {
  const kernels = pixelKernels();
  const { bytes, words } = kernels;
  const [width, height] = [columns.near.length, rows.near.length];
  const { columns: columnTable, rows: rowTable, target } = kernelMemory;
  const left = columns.near[from]!;
  const segment = (columns.far[to - 1]! + 1 - left) * 3;
  for (let x = from, word = columnTable.at / 4; x < to; x += 1, word += 2) {
    words[word] = (columns.near[x]! - left) * 3;
    words[word + 1] = (one - columns.weight[x]!) | (columns.weight[x]! << 16);
  }
  const samples = (to - from) * 3;
  const most = Math.floor(Math.min(rowTable.bytes / 16, (target.bytes - 1) / samples));
  // The last pixel is loaded with the five bytes after it.
  const room = source.bytes - 8 - 2 * segment;

  for (let y = 0; y < height; ) {
    const start = y;
    // Rows are loaded as they are first needed, from the top; the last one that is loaded ends at `used`.
    for (let loaded = -1, used = 0, word = rowTable.at / 4; y < height && y - start < most && used <= room; y += 1) {
      const [near, far, weight] = [rows.near[y]!, rows.far[y]!, rows.weight[y]!];
      for (const row of [near, far]) {
        if (row <= loaded) continue;
        const at = (row * image.width + left) * 3;
        bytes.set(image.data.subarray(at, at + segment), source.at + used);
        used += segment;
        loaded = row;
      }
      words[word] = used - (near === far ? 1 : 2) * segment;
      words[word + 1] = used - segment;
      words[word + 2] = one - weight;
      words[word + 3] = weight;
      word += 4;
    }
    kernels.between(source.at, rowTable.at, y - start, columnTable.at, to - from, target.at);
    copyRows(bytes, data, {
      from: target.at,
      fromStride: samples,
      to: (start * width + from) * 3,
      toStride: width * 3,
      bytes: samples,
      rows: y - start,
    });
  }
}

interface Taps {
  /** The sample before the point, and the one after it. */
  readonly near: Int32Array;
  readonly far: Int32Array;
  /** Weight of the sample after it, in 2^11ths. */
  readonly weight: Int32Array;
}

function taps(start: number, end: number, to: number): Taps {
  const near = new Int32Array(to);
  const far = new Int32Array(to);
  const weight = new Int32Array(to);
  const from = end - start;
  for (let i = 0; i < to; i += 1) {
    const point = Math.min(Math.max(((i + 0.5) * from) / to - 0.5, 0), from - 1);
    const before = Math.floor(point);
    near[i] = start + before;
    far[i] = start + Math.min(before + 1, from - 1);
    weight[i] = Math.round((point - before) * one);
  }
  return { near, far, weight };
}
