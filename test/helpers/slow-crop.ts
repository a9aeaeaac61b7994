import { type Box } from '../../src/core/box.ts';
import { type CropSize } from '../../src/core/bucket.ts';
import { type RgbImage } from '../../src/core/rgb-image.ts';

/** OpenCV's INTER_LINEAR of a box in plain loops, sample by sample, with 11-bit weights. */
export function slowCrop(image: RgbImage, [x1, y1, x2, y2]: Box, [width, height]: CropSize): RgbImage {
  const data = new Uint8Array(width * height * 3);
  const level = (x: number, y: number, c: number): number => image.data[(y * image.width + x) * 3 + c]!;
  for (let y = 0; y < height; y += 1) {
    const [above, below, down] = neighbours(y, height, y1, y2);
    for (let x = 0; x < width; x += 1) {
      const [left, right, along] = neighbours(x, width, x1, x2);
      for (let c = 0; c < 3; c += 1) {
        const upper = level(left, above, c) * (2048 - along) + level(right, above, c) * along;
        const lower = level(left, below, c) * (2048 - along) + level(right, below, c) * along;
        const sum = upper * (2048 - down) + lower * down;
        data[(y * width + x) * 3 + c] = Math.floor((sum + 2 ** 21) / 2 ** 22);
      }
    }
  }
  return { width, height, data };
}

/** The two samples from `start` to `end` beside an output, and the weight of the second in 2048ths. */
function neighbours(index: number, to: number, start: number, end: number): readonly [number, number, number] {
  const from = end - start;
  const point = Math.min(Math.max(((index + 0.5) * from) / to - 0.5, 0), from - 1);
  const before = Math.floor(point);
  return [start + before, start + Math.min(before + 1, from - 1), Math.round((point - before) * 2048)];
}
