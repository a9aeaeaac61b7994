import { assertInteger } from '../core/assert.ts';
import { type CropSize } from '../core/bucket.ts';
import { type RgbImage } from '../core/rgb-image.ts';
import { longestWindow, resizeInKernels } from './resize-in-kernels.ts';
import { type TriangleFilter, triangleFilter, weightBits } from './triangle-filter.ts';

/**
 * Resizes an image with a triangle filter that widens as it shrinks (anti-aliasing), half-pixel centres.
 *
 * Equal to Pillow's `Image.resize(size, BILINEAR)`, whose algorithm it is: across, rounded to 8 bits, then down. Where one side grows and the
 * other shrinks, Pillow may go down first, and pixels differ by 1 of 255. Works in WebAssembly, piece by piece in 512 KiB, however large the image is.
 *
 * @param take gives the memory of the result, whatever it holds. @defaultValue memory of its own
 * @throws TypeError when the size is not positive.
 * @throws PipelineError `library-missing` where WebAssembly or its 128-bit vectors are missing.
 */
export function resizePicture(
  image: RgbImage,
  [width, height]: CropSize,
  take: (bytes: number) => Uint8Array = (bytes) => new Uint8Array(bytes),
): RgbImage {
  assertInteger('width', width, 1);
  assertInteger('height', height, 1);
  if (width === image.width && height === image.height) return { width, height, data: new Uint8Array(image.data) };
  const columns = triangleFilter(image.width, width);
  const rows = triangleFilter(image.height, height);
  if (columns.length > longestWindow) {
    const data = new Uint8Array(width * image.height * 3);
    for (let y = 0; y < image.height; y += 1) {
      const row = image.data.subarray(y * image.width * 3, (y + 1) * image.width * 3);
      data.set(flatten(row, columns, { samples: 3, height: width }), y * width * 3);
    }
    return resizePicture({ width, height: image.height, data }, [width, height]);
  }
  if (rows.length > longestWindow) {
    const wide = resizePicture(image, [width, image.height]);
    return { width, height, data: flatten(wide.data, rows, { samples: width * 3, height }) };
  }
  return { width, height, data: resizeInKernels(image, { columns, rows, width, height, take }) };
}

/** Goes down by windows for which the kernels have no room: those of a side that shrinks more than a thousand times. */
function flatten(
  source: Uint8Array,
  filter: TriangleFilter,
  { samples, height }: { readonly samples: number; readonly height: number },
): Uint8Array {
  const out = new Uint8Array(samples * height);
  const sums = new Int32Array(samples);
  for (let y = 0; y < height; y += 1) {
    const weights = filter.weigh(y);
    sums.fill(1 << (weightBits - 1));
    for (let row = filter.first(y), k = 0; row < filter.end(y); row += 1, k += 1) {
      for (let x = 0; x < samples; x += 1) sums[x]! += Math.imul(source[row * samples + x]!, weights[k]!);
    }
    for (let x = 0; x < samples; x += 1) out[y * samples + x] = sums[x]! >> weightBits;
  }
  return out;
}
