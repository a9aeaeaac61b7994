import { type RgbImage } from '../core/rgb-image.ts';

/** Cells across and down into which a picture is averaged. */
const cells = 12;

/** Pixels that are looked at in a cell, across and down: enough for a mean, and the same work for a picture of any size. */
const probes = 8;

/** A picture's mean colours in a grid. */
export type Thumbnail = Float32Array;

/** Averages a picture into a 12x12 grid of colours, from probes that are spread evenly over each cell. */
export function thumbnailOf({ width, height, data }: RgbImage): Thumbnail {
  const thumbnail = new Float32Array(cells * cells * 3);
  const steps = cells * probes;
  for (let row = 0; row < steps; row += 1) {
    const y = Math.floor(((row + 0.5) * height) / steps);
    for (let column = 0; column < steps; column += 1) {
      const x = Math.floor(((column + 0.5) * width) / steps);
      const from = (y * width + x) * 3;
      const to = (Math.floor(row / probes) * cells + Math.floor(column / probes)) * 3;
      for (let channel = 0; channel < 3; channel += 1) {
        thumbnail[to + channel] = thumbnail[to + channel]! + data[from + channel]! / probes ** 2;
      }
    }
  }
  return thumbnail;
}

/** How far two pictures differ, 0 to 255: the mean absolute difference of their thumbnails. */
export function changeBetween(a: Thumbnail, b: Thumbnail): number {
  let sum = 0;
  for (let index = 0; index < a.length; index += 1) sum += Math.abs(a[index]! - b[index]!);
  return sum / a.length;
}

/** Seconds between frames up to which a cut is told at its plain threshold, and from which on at twice that. */
const [near, far] = [0.2, 1];

/**
 * Whether a picture has changed as a whole against one `seconds` before: by `cutAt`, 0 to 255, where they are 0.2 s apart, and by up to twice as much where
 * they are 1 s apart or more, as a stream moves meanwhile. Of drawn clips one pair in a hundred passes at each distance up to 1 s (24 after 0.2 s, 45 after
 * 1 s), and cuts have 33 to 66.
 */
export function isSceneCut(
  change: number,
  { cutAt, seconds }: { readonly cutAt: number; readonly seconds: number },
): boolean {
  const share = Math.min(1, Math.max(0, (seconds - near) / (far - near)));
  return change >= cutAt * (1 + share);
}
