import { mkdir, open, rename, stat } from 'node:fs/promises';
import { join } from 'node:path';

/** Numbers in a vector. */
export const vectorLength = 2048;

const clusters = 1000;
/** Spread of a cluster against that of the clusters: two of its rows have a product of about 0.6. */
const noise = 0.8;
/** One row of so many is a copy of an earlier row. */
const copies = 97;

/** Gives row `number` of a set, always the same. */
export type DrawVector = (number: number) => Float32Array;

/** Unit vectors in clusters, and exact copies. */
export function drawnGallery(): DrawVector {
  const centres = Array.from({ length: clusters }, (_, cluster) => uniform(cluster + 1));
  const draw: DrawVector = (number) =>
    number % copies === copies - 1 ? draw(Math.floor(number / 2)) : around(centres[hash(number) % clusters]!, number);
  return draw;
}

/** Queries that have a cluster in the gallery; each fifth is equal to two or more of its rows. */
export function drawnQueries(rows: number): DrawVector {
  const gallery = drawnGallery();
  const doubled = Math.max(1, Math.floor(rows / copies));
  return (number) => {
    if (number % 5 === 4) return gallery((number % doubled) * copies + copies - 1);
    const seed = 2 ** 30 + number;
    return around(uniform((hash(seed) % clusters) + 1), seed);
  };
}

/** Writes the first `rows` vectors to a file, whole or not at all, unless a file of that size is there. */
export async function writeVectors(folder: string, name: string, rows: number, draw: DrawVector): Promise<void> {
  await mkdir(folder, { recursive: true });
  const path = join(folder, name);
  const size = await stat(path).then(
    ({ size: bytes }) => bytes,
    () => 0,
  );
  if (size === rows * vectorLength * 4) return;
  await using file = await open(`${path}.part`, 'w');
  const block = new Float32Array(1024 * vectorLength);
  for (let first = 0; first < rows; first += 1024) {
    const some = Math.min(1024, rows - first);
    for (let place = 0; place < some; place += 1) block.set(draw(first + place), place * vectorLength);
    await file.write(new Uint8Array(block.buffer, 0, some * vectorLength * 4));
  }
  await rename(`${path}.part`, path);
}

function around(centre: Float32Array, seed: number): Float32Array {
  const vector = uniform(hash(seed));
  let square = 0;
  for (let place = 0; place < vectorLength; place += 1) {
    const value = centre[place]! + noise * vector[place]!;
    vector[place] = value;
    square += value * value;
  }
  const norm = Math.sqrt(square);
  for (let place = 0; place < vectorLength; place += 1) vector[place] = vector[place]! / norm;
  return vector;
}

/** Numbers from -0.5 to 0.5. */
function uniform(seed: number): Float32Array {
  let state = hash(seed) | 1;
  const numbers = new Float32Array(vectorLength);
  for (let place = 0; place < vectorLength; place += 1) {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    numbers[place] = state / 2 ** 32;
  }
  return numbers;
}

/** An integer from 0 to 2^32 - 1. */
function hash(number: number): number {
  let state = Math.imul(number ^ (number >>> 16), 0x45d9f3b);
  state = Math.imul(state ^ (state >>> 15), 0x2c1b3c6d);
  return (state ^ (state >>> 13)) >>> 0;
}
