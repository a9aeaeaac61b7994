import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type RgbImage } from '../../src/core/rgb-image.ts';
import { changeBetween, isSceneCut, thumbnailOf } from '../../src/tracking/scene-cut.ts';

function picture(width: number, height: number, colorAt: (x: number, y: number) => readonly number[]): RgbImage {
  const data = new Uint8Array(width * height * 3);
  for (let at = 0; at < width * height; at += 1) data.set(colorAt(at % width, Math.floor(at / width)), at * 3);
  return { width, height, data };
}

const plain = (...color: readonly number[]): RgbImage => picture(30, 20, () => color);

describe('thumbnailOf', () => {
  it('is the mean colour of each of 12x12 cells, row by row', () => {
    const size = 12 * 8;
    const image = picture(size, size, (x, y) => [Math.floor(x / 8), Math.floor(y / 8), (x % 8) + (y % 8)]);
    const thumbnail = thumbnailOf(image);
    expect(thumbnail).toHaveLength(432);
    for (let cell = 0; cell < 144; cell += 1) {
      expect([...thumbnail.subarray(cell * 3, cell * 3 + 3)]).toEqual([cell % 12, Math.floor(cell / 12), 7]);
    }
  });

  it('probes a large picture in the middle of its steps', () => {
    // One in three pixels, the one in the middle, is red.
    const image = picture(288, 288, (x, y) => [x % 3 === 1 && y % 3 === 1 ? 255 : 0, 0, 0]);
    expect([...thumbnailOf(image)].filter((_, place) => place % 3 === 0)).toEqual(Array(144).fill(255));
  });

  it('takes a picture of one pixel', () => {
    const thumbnail = thumbnailOf(picture(1, 1, () => [10, 20, 30]));
    expect([...thumbnail.subarray(429)]).toEqual([10, 20, 30]);
  });
});

describe('changeBetween', () => {
  it.each([
    { what: 'nothing between equal pictures', a: plain(9, 80, 200), b: plain(9, 80, 200), change: 0 },
    { what: 'everything between black and white', a: plain(0, 0, 0), b: plain(255, 255, 255), change: 255 },
    { what: 'the mean over the channels', a: plain(0, 50, 9), b: plain(30, 20, 9), change: 20 },
    {
      what: 'the part that has changed',
      a: plain(0, 0, 0),
      b: picture(24, 24, (x) => (x < 6 ? [100, 100, 100] : [0, 0, 0])),
      change: 25,
    },
    {
      what: 'nothing between one picture at two sizes',
      a: picture(24, 12, (x) => [x < 12 ? 200 : 0, 0, 0]),
      b: picture(240, 120, (x) => [x < 120 ? 200 : 0, 0, 0]),
      change: 0,
    },
  ])('is $what', ({ a, b, change }) => {
    expect(changeBetween(thumbnailOf(a), thumbnailOf(b))).toBeCloseTo(change, 4);
  });

  it('is the same both ways, and from 0 to 255', () => {
    const image = fc
      .record({ width: fc.integer({ min: 1, max: 40 }), height: fc.integer({ min: 1, max: 40 }), seed: fc.nat(9999) })
      .map(({ width, height, seed }) =>
        picture(width, height, (x, y) => [0, 1, 2].map((one) => ((x + 7 * y + one) * seed) % 256)),
      );
    fc.assert(
      fc.property(image, image, (a, b) => {
        const change = changeBetween(thumbnailOf(a), thumbnailOf(b));
        expect(change).toBe(changeBetween(thumbnailOf(b), thumbnailOf(a)));
        expect(change).toBeGreaterThanOrEqual(0);
        expect(change).toBeLessThanOrEqual(255);
      }),
      { numRuns: 30 },
    );
  });
});

describe('isSceneCut', () => {
  it.each([
    { seconds: 0.04, least: 24 },
    { seconds: 0.2, least: 24 },
    { seconds: 0.4, least: 30 },
    { seconds: 0.6, least: 36 },
    { seconds: 1, least: 48 },
    { seconds: 100, least: 48 },
  ])('wants a change of $least after $seconds s', ({ seconds, least }) => {
    expect(isSceneCut(least + 1e-6, { cutAt: 24, seconds })).toBe(true);
    expect(isSceneCut(least - 1e-6, { cutAt: 24, seconds })).toBe(false);
  });
});
