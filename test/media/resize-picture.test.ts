import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type CropSize } from '../../src/core/bucket.ts';
import { type RgbImage } from '../../src/core/rgb-image.ts';
import { resizePicture } from '../../src/media/resize-picture.ts';
import { randomPicture } from '../helpers/random-picture.ts';
import { slowResize } from '../helpers/slow-resize.ts';
import { largestDifference, readReferences, referencePicture } from './reference-picture.ts';

const picture = referencePicture();
const { resized } = await readReferences();

/** Byte for byte; a picture that is told apart by its first difference, as millions of bytes print badly. */
function expectPlain(image: RgbImage, size: CropSize): void {
  const { data, width, height } = resizePicture(image, size);
  const plain = slowResize(image, size).data;
  expect([width, height, data.length]).toEqual([...size, plain.length]);
  expect(data.findIndex((level, index) => level !== plain[index])).toBe(-1);
}

describe('resizePicture', () => {
  it.each(resized)('equals BILINEAR of Pillow for $size', ({ size, pixels }) => {
    const image = resizePicture(picture, size);
    expect([image.width, image.height]).toEqual(size);
    // Byte for byte, but where one side grows and the other shrinks: Pillow then goes down first.
    const isMixed = size[0] > picture.width && size[1] < picture.height;
    expect(largestDifference(image, pixels)).toBeLessThanOrEqual(isMixed ? 1 : 0);
  });

  it('equals plain loops for any sizes', () => {
    const side = fc.oneof(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 1, max: 130 }));
    fc.assert(
      fc.property(side, side, side, side, fc.nat(), (width, height, toWidth, toHeight, seed) => {
        expectPlain(randomPicture(width, height, seed), [toWidth, toHeight]);
      }),
      { numRuns: 300 },
    );
  });

  it.each<readonly [string, CropSize, CropSize]>([
    ['rows in several pieces', [540, 600], [224, 249]],
    ['rows in several pieces, enlarged', [60, 90], [301, 700]],
    ['columns in several pieces', [9000, 9], [4321, 5]],
    ['columns in several pieces, enlarged', [333, 3], [22_000, 2]],
    ['columns that share a long window', [70_000, 2], [70, 3]],
    ['rows that share a long window', [2, 70_000], [3, 70]],
    ['many columns of long windows of rows', [700, 1500], [650, 20]],
    ['rows that nearly fill the memory, up to a window that the edge cuts short', [300, 280], [224, 10]],
    ['one row of many pixels', [50_000, 1], [40_000, 1]],
    ['one column of many pixels', [1, 50_000], [1, 40_000]],
    ['the longest windows that the kernels have room for', [2047, 2047], [2, 2]],
    ['columns too long for the kernels', [3001, 5], [2, 3]],
    ['rows too long for the kernels', [5, 3001], [3, 2]],
    ['one pixel of a side too long for the kernels', [1, 9000], [1, 1]],
  ])('equals plain loops for %s', (_, [width, height], size) => {
    expectPlain(randomPicture(width, height, 7), size);
  });

  it('gives new pixels at the same size of a buffer too, whose slices share memory', () => {
    const data = Buffer.from([1, 2, 3]);
    resizePicture({ width: 1, height: 1, data }, [1, 1]).data.fill(9);
    expect([...data]).toEqual([1, 2, 3]);
  });

  it('puts the result into memory that it is given, whatever that holds', () => {
    const image = referencePicture();
    const memory = new Uint8Array(5 * 4 * 3).fill(255);
    const resized = resizePicture(image, [5, 4], () => memory);
    expect(resized.data).toBe(memory);
    expect(resized).toEqual(resizePicture(image, [5, 4]));
  });

  it('keeps one colour one colour', () => {
    const flat = { width: 97, height: 61, data: new Uint8Array(97 * 61 * 3).fill(255) };
    expect(resizePicture(flat, [13, 151]).data.every((level) => level === 255)).toBe(true);
  });

  it('gives new pixels even at the same size', () => {
    const same = resizePicture(picture, [151, 113]).data;
    expect(same.buffer).not.toBe(picture.data.buffer);
    expect(Buffer.compare(same, picture.data)).toBe(0);
  });

  it.each([
    [0, 5],
    [5, 0],
    [1.5, 5],
  ])('refuses %d x %d', (width, height) => {
    expect(() => resizePicture(picture, [width, height])).toThrow(TypeError);
  });
});
