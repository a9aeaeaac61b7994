import { describe, expect, it } from 'vitest';
import { resizePicture } from '../../src/media/resize-picture.ts';
import { largestDifference, readReferences, referencePicture } from './reference-picture.ts';

const picture = referencePicture();
const { resized } = await readReferences();

describe('resizePicture', () => {
  it.each(resized)('equals BILINEAR of Pillow for $size', ({ size, pixels }) => {
    const image = resizePicture(picture, size);
    expect([image.width, image.height]).toEqual(size);
    // Byte for byte, but where one side grows and the other shrinks: Pillow then goes down first.
    const isMixed = size[0] > picture.width && size[1] < picture.height;
    expect(largestDifference(image, pixels)).toBeLessThanOrEqual(isMixed ? 1 : 0);
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
