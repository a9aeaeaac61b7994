import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readCutout } from '../../src/media/read-cutout.ts';
import { readMask } from '../../src/media/read-mask.ts';
import { writePicture } from '../../src/media/write-picture.ts';

const [width, height] = [120, 80];
let folder = '';
const photo = (): string => join(folder, 'photo.jpg');
const mask = (): string => join(folder, 'mask.png');

/** Writes a 1-bit mask: white where `isIn` says so. */
async function writeMask(
  isIn: (x: number, y: number) => boolean,
  w: number = width,
  h: number = height,
): Promise<void> {
  const data = Uint8Array.from({ length: w * h }, (_, i) => (isIn(i % w, Math.floor(i / w)) ? 255 : 0));
  const grey = sharp(data, { raw: { width: w, height: h, channels: 1 } });
  await grey.toColourspace('b-w').png({ palette: true, colours: 2 }).toFile(mask());
}

/** A garment of 60x40 at (30, 20) with a hole, a button beside it, and a speck. */
function garment(x: number, y: number): boolean {
  const isBody = x >= 30 && x < 90 && y >= 20 && y < 60 && !(x >= 50 && x < 56 && y >= 30 && y < 36);
  const isButton = x >= 100 && x < 112 && y >= 30 && y < 42;
  const isSpeck = x < 3 && y < 3;
  return isBody || isButton || isSpeck;
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'vitrine-cutout-'));
  const data = Uint8Array.from({ length: width * height * 3 }, (_, i) => (Math.floor(i / 3) % width < 60 ? 200 : 60));
  await writePicture(photo(), { width, height, data }, { quality: 95 });
});
afterAll(() => rm(folder, { recursive: true }));

describe('readCutout', () => {
  it('cuts to the garment and makes the rest transparent', async () => {
    await writeMask(garment);
    const { width: w, height: h, data } = await readCutout(photo(), mask(), { maxSide: 400 });
    expect([w, h, data.length]).toEqual([82, 40, 82 * 40 * 4]); // From x = 30 to the button's 112; the speck is gone.
    const at = (x: number, y: number): number[] => [...data.subarray((y * w + x) * 4, (y * w + x) * 4 + 4)];
    expect(at(2, 2)[3]).toBe(255);
    expect(at(2, 2)[0]).toBeGreaterThan(190);
    expect(at(50, 5)[0]).toBeLessThan(70);
    expect(at(23, 13)[3]).toBe(0); // The hole.
    expect(at(65, 5)[3]).toBe(0); // Between body and button.
  });

  it('shrinks to the side that is asked for, never enlarges', async () => {
    await writeMask(garment);
    const small = await readCutout(photo(), mask(), { maxSide: 41 });
    expect([small.width, small.height, small.data.length]).toEqual([41, 20, 41 * 20 * 4]);
    expect(small.data[(10 * 41 + 3) * 4 + 3]).toBe(255);
  });

  it('brings a mask of another size to that of the photo', async () => {
    await writeMask((x, y) => garment(x * 2, y * 2), width / 2, height / 2);
    const { width: w, height: h } = await readCutout(photo(), mask(), { maxSide: 400 });
    expect([w, h]).toEqual([82, 40]);
  });

  it.each([
    { what: 'an empty mask', isIn: () => false },
    { what: 'a mask with a sliver', isIn: (x: number) => x > 20 && x < 30 },
  ])('refuses $what', async ({ isIn }) => {
    await writeMask(isIn);
    const refusal = { code: 'picture-unreadable', path: mask() };
    await expect(readCutout(photo(), mask(), { maxSide: 100 })).rejects.toMatchObject(refusal);
  });

  it('refuses a missing mask, a missing photo, and no size', async () => {
    await writeMask(garment);
    const lost = join(folder, 'lost.png');
    await expect(readCutout(photo(), lost, { maxSide: 9 })).rejects.toMatchObject({ path: lost });
    await expect(readCutout(lost, mask(), { maxSide: 9 })).rejects.toMatchObject({ path: lost });
    await expect(readCutout(photo(), mask(), { maxSide: 0 })).rejects.toThrow(TypeError);
  });
});

describe('readMask', () => {
  it('joins parts that touch at a corner and drops those below 4 % of the largest', async () => {
    // 100 pixels; 4 pixels, which is 4 %; 3 pixels; and a chain of diagonal steps of 10.
    const parts = (x: number, y: number): boolean =>
      (x < 10 && y < 10) ||
      (x >= 20 && x < 22 && y < 2) ||
      (x >= 30 && x < 33 && y < 1) ||
      (x === y && x >= 40 && x < 50);
    await writeMask(parts);
    const { data } = await readMask(mask());
    const count = (left: number, right: number): number =>
      data.reduce((sum, level, i) => sum + (level === 255 && i % width >= left && i % width < right ? 1 : 0), 0);
    expect([count(0, 12), count(18, 25), count(28, 35), count(38, 60)]).toEqual([100, 4, 0, 10]);
    expect([...new Set(data)].toSorted((a, b) => a - b)).toEqual([0, 255]);
  });
});
