import { type RgbImage } from '../../src/core/rgb-image.ts';

/** Noise with flat patches of the darkest and the lightest level, the same for the same seed. */
export function randomPicture(width: number, height: number, seed: number): RgbImage {
  const data = new Uint8Array(width * height * 3);
  let state = seed | 1;
  for (let index = 0; index < data.length; index += 1) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) | 0;
    const level = state >>> 22; // 0 to 1023: half of the samples are at one of the ends.
    data[index] = Math.min(Math.max(level - 384, 0), 255);
  }
  return { width, height, data };
}
