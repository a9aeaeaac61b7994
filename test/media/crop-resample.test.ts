import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Box } from '../../src/core/box.ts';
import { type CropSize } from '../../src/core/bucket.ts';
import { type RgbImage } from '../../src/core/rgb-image.ts';
import { cropResample } from '../../src/media/crop-resample.ts';
import { randomPicture } from '../helpers/random-picture.ts';
import { slowCrop } from '../helpers/slow-crop.ts';
import { largestDifference, readReferences, referencePicture } from './reference-picture.ts';

const picture = referencePicture();
const { crops } = await readReferences();

function expectPlain(image: RgbImage, box: Box, size: CropSize): void {
  const { data, width, height } = cropResample(image, box, size);
  const plain = slowCrop(image, box, size).data;
  expect([width, height, data.length]).toEqual([...size, plain.length]);
  expect(data.findIndex((level, index) => level !== plain[index])).toBe(-1);
}

describe('cropResample', () => {
  it.each(crops)('equals INTER_LINEAR of OpenCV to 1 of 255 for $box -> $size', ({ box, size, pixels }) => {
    const crop = cropResample(picture, box, size);
    expect([crop.width, crop.height]).toEqual(size);
    expect(largestDifference(crop, pixels)).toBeLessThanOrEqual(1);
  });

  it('equals plain loops for any box and size', () => {
    const side = fc.oneof(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 1, max: 130 }));
    const margin = fc.nat(3);
    fc.assert(
      fc.property(side, side, side, side, margin, margin, fc.nat(), (w, h, width, height, x, y, seed) => {
        expectPlain(randomPicture(w + 2 * x, h + y, seed), [x, y, x + w, y + h], [width, height]);
      }),
      { numRuns: 300 },
    );
  });

  it.each<readonly [string, Box, CropSize]>([
    ['rows in several pieces', [3, 5, 503, 605], [162, 200]],
    ['rows in several pieces, enlarged', [1, 0, 30, 60], [500, 300]],
    ['columns in several pieces', [2, 1, 70_000, 4], [300, 2]],
    ['columns in several pieces, enlarged', [1, 1, 400, 3], [25_000, 3]],
    ['rows of which few are needed', [0, 0, 3, 70_000], [2, 70]],
    ['more rows than the table has', [0, 0, 2, 60], [1, 9000]],
  ])('equals plain loops for %s', (_, box, size) => {
    expectPlain(randomPicture(box[2] + 1, box[3] + 1, 7), box, size);
  });

  it('gives the very pixels of the box at its own size', () => {
    const crop = cropResample(picture, [3, 4, 5, 6], [2, 2]);
    const at = (x: number, y: number): number[] => [...picture.data.subarray((y * 151 + x) * 3, (y * 151 + x) * 3 + 3)];
    expect([...crop.data]).toEqual([...at(3, 4), ...at(4, 4), ...at(3, 5), ...at(4, 5)]);
  });

  it('writes all of the memory that it is given', () => {
    const memory = new Uint8Array(73 * 19 * 3).fill(1);
    const crop = cropResample(picture, [40, 30, 90, 80], [73, 19], () => memory);
    expect(crop.data).toBe(memory);
    expect(Buffer.compare(memory, cropResample(picture, [40, 30, 90, 80], [73, 19]).data)).toBe(0);
  });

  it('sees nothing outside the box', () => {
    const box: Box = [40, 30, 90, 80];
    const data = Uint8Array.from(picture.data, (level, i) => {
      const [x, y] = [Math.floor(i / 3) % 151, Math.floor(i / 3 / 151)];
      return x >= 40 && x < 90 && y >= 30 && y < 80 ? level : 255 - level;
    });
    const [other, own] = [cropResample({ ...picture, data }, box, [73, 19]), cropResample(picture, box, [73, 19])];
    expect(Buffer.compare(other.data, own.data)).toBe(0);
  });

  it('stays between the darkest and the lightest pixel of any box at any size', () => {
    const side = fc.integer({ min: 1, max: 40 });
    fc.assert(
      fc.property(fc.nat(110), fc.nat(72), side, side, side, side, (x, y, w, h, width, height) => {
        const box: Box = [x, y, x + w, y + h];
        const inside = cropResample(picture, box, [w, h]).data;
        const { data } = cropResample(picture, box, [width, height]);
        expect(data.length).toBe(width * height * 3);
        expect(Math.min(...data)).toBeGreaterThanOrEqual(Math.min(...inside));
        expect(Math.max(...data)).toBeLessThanOrEqual(Math.max(...inside));
      }),
    );
  });

  it.each([
    { box: [0, 0, 152, 10] as const, size: [4, 4] as const, name: 'box x2' },
    { box: [-1, 0, 10, 10] as const, size: [4, 4] as const, name: 'box x1' },
    { box: [5, 5, 5, 10] as const, size: [4, 4] as const, name: 'box x2' },
    { box: [0, 0.5, 10, 10] as const, size: [4, 4] as const, name: 'box y1' },
    { box: [0, 0, 10, 114] as const, size: [4, 4] as const, name: 'box y2' },
    { box: [0, 0, 10, 10] as const, size: [0, 4] as const, name: 'width' },
    { box: [0, 0, 10, 10] as const, size: [4, 0] as const, name: 'height' },
  ])('refuses $box -> $size', ({ box, size, name }) => {
    expect(() => cropResample(picture, box, size)).toThrow(TypeError);
    expect(() => cropResample(picture, box, size)).toThrow(`\`${name}\``);
  });
});
