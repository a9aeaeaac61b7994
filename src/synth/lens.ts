import { type RgbImage } from '../core/rgb-image.ts';
import { type Random } from './random.ts';

/** What a camera does to a finished picture. */
export interface Lens {
  /** Factors of red, green and blue; about 1. */
  readonly gain: readonly [number, number, number];
  /** Exponent of the tone curve; above 1 darkens the middle tones. */
  readonly gamma: number;
  /** Deviation of the sensor's noise in levels, 0 and up. */
  readonly noise: number;
  /** Radius of the blur along x and along y in pixels: integers, 0 and up. */
  readonly blur: readonly [number, number];
}

/** Noise of deviation 1 in sixteenths of a level, from which every frame takes what it needs. */
export type NoiseTable = Int8Array;

/** Makes a table of sensor noise. */
export function createNoiseTable(random: Random): NoiseTable {
  return new Int8Array(65_536).map(() => Math.round(16 * random.normal()));
}

/** The picture as a camera hands it over: blurred, exposed, tinted and noisy. `offset` says where in the table the noise starts. */
export function shoot(
  image: RgbImage,
  lens: Lens,
  grain: { readonly table: NoiseTable; readonly offset: number },
): RgbImage {
  const { width, height } = image;
  let pixels = image.data;
  if (lens.blur[0] > 0)
    pixels = boxBlur(pixels, {
      lines: height,
      steps: width,
      lineStride: width * 3,
      stepStride: 3,
      radius: lens.blur[0],
    });
  if (lens.blur[1] > 0)
    pixels = boxBlur(pixels, {
      lines: width,
      steps: height,
      lineStride: 3,
      stepStride: width * 3,
      radius: lens.blur[1],
    });
  // Fixed point with 8 bits behind the point: this loop sees every byte of every frame.
  const curve = (channel: 0 | 1 | 2): Int32Array => toneCurve(lens.gamma, lens.gain[channel]);
  const [red, green, blue] = [curve(0), curve(1), curve(2)];
  const data = new Uint8ClampedArray(pixels.length);
  const { table } = grain;
  const strength = Math.round(lens.noise * 16);
  const end = width * height * 3;
  // A row starts at a place of its own, or the table's period would show as a pattern.
  for (let at = 0, y = 0; at < end; y++) {
    let noise = (grain.offset + y * 40_503) & 65_535;
    for (const stop = at + width * 3; at < stop; at += 3, noise += 3) {
      data[at] = (red[pixels[at]!]! + table[noise & 65_535]! * strength) >> 8;
      data[at + 1] = (green[pixels[at + 1]!]! + table[(noise + 1) & 65_535]! * strength) >> 8;
      data[at + 2] = (blue[pixels[at + 2]!]! + table[(noise + 2) & 65_535]! * strength) >> 8;
    }
  }
  return { width, height, data: new Uint8Array(data.buffer) };
}

/** Output level of each input level, times 256. */
function toneCurve(gamma: number, gain: number): Int32Array {
  return Int32Array.from({ length: 256 }, (_, level) => Math.round(256 * (255 * (level / 255) ** gamma * gain + 0.5)));
}

interface Lines {
  readonly lines: number;
  readonly steps: number;
  readonly lineStride: number;
  readonly stepStride: number;
  readonly radius: number;
}

/** Mean over `2 radius + 1` pixels along each line; edges repeat. */
function boxBlur(from: Uint8Array, { lines, steps, lineStride, stepStride, radius }: Lines): Uint8Array {
  const out = new Uint8Array(from.length);
  const count = 2 * radius + 1;
  for (let line = 0; line < lines; line++) {
    for (let channel = 0; channel < 3; channel++) {
      const base = line * lineStride + channel;
      const last = base + (steps - 1) * stepStride;
      let sum = from[base]! * (radius + 1);
      for (let step = 1; step <= radius; step++) sum += from[base + Math.min(steps - 1, step) * stepStride]!;
      for (let step = 0, at = base; step < steps; step++, at += stepStride) {
        out[at] = sum / count;
        const ahead = at + (radius + 1) * stepStride;
        const behind = at - radius * stepStride;
        sum += from[ahead > last ? last : ahead]! - from[behind < base ? base : behind]!;
      }
    }
  }
  return out;
}
