import { type Random } from './random.ts';

/** A grid of numbers, row by row. */
export interface NoiseField {
  readonly width: number;
  readonly height: number;
  readonly values: Float32Array;
}

/**
 * Smooth noise of several octaves, mean about 0, from about -1 to 1.
 *
 * `cell` is the size of the coarsest octave's lattice in grid steps, along x and y; each further octave halves cell and strength.
 */
export function noiseField(
  width: number,
  height: number,
  options: { cell: readonly [number, number]; octaves: number; random: Random },
): NoiseField {
  const values = new Float32Array(width * height);
  let strength = 1;
  let [cellX, cellY] = options.cell;
  for (let octave = 0; octave < options.octaves; octave++) {
    addOctave(
      { width, height, values },
      { cellX: Math.max(1, cellX), cellY: Math.max(1, cellY), strength, random: options.random },
    );
    strength *= 0.5;
    cellX /= 2;
    cellY /= 2;
  }
  return { width, height, values };
}

function addOctave(
  { width, height, values }: NoiseField,
  octave: { cellX: number; cellY: number; strength: number; random: Random },
): void {
  const { cellX, cellY, strength, random } = octave;
  const columns = Math.ceil(width / cellX) + 2;
  const rows = Math.ceil(height / cellY) + 2;
  const lattice = new Float32Array(columns * rows).map(() => random.range(-1, 1));
  const ease = (t: number): number => t * t * (3 - 2 * t);
  for (let y = 0; y < height; y++) {
    const row = Math.floor(y / cellY);
    const v = ease(y / cellY - row);
    for (let x = 0; x < width; x++) {
      const column = Math.floor(x / cellX);
      const u = ease(x / cellX - column);
      const at = row * columns + column;
      const above = lattice[at]! * (1 - u) + lattice[at + 1]! * u;
      const below = lattice[at + columns]! * (1 - u) + lattice[at + columns + 1]! * u;
      values[y * width + x]! += strength * (above * (1 - v) + below * v);
    }
  }
}

/** Bilinear value of a field at `x`, `y` in grid steps, clamped to its edges. */
export function sampleField({ width, height, values }: NoiseField, x: number, y: number): number {
  const left = Math.max(0, Math.min(width - 2, Math.floor(x)));
  const upper = Math.max(0, Math.min(height - 2, Math.floor(y)));
  const u = Math.max(0, Math.min(1, x - left));
  const v = Math.max(0, Math.min(1, y - upper));
  const at = upper * width + left;
  const above = values[at]! * (1 - u) + values[at + 1]! * u;
  const below = values[at + width]! * (1 - u) + values[at + width + 1]! * u;
  return above * (1 - v) + below * v;
}
