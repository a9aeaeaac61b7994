import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Box } from '../../src/core/box.ts';
import { cropResample } from '../../src/media/crop-resample.ts';
import { largestDifference, readReferences, referencePicture } from './reference-picture.ts';

const picture = referencePicture();
const { crops } = await readReferences();

describe('cropResample', () => {
  it.each(crops)('equals INTER_LINEAR of OpenCV to 1 of 255 for $box -> $size', ({ box, size, pixels }) => {
    const crop = cropResample(picture, box, size);
    expect([crop.width, crop.height]).toEqual(size);
    expect(largestDifference(crop, pixels)).toBeLessThanOrEqual(1);
  });

  it('gives the very pixels of the box at its own size', () => {
    const crop = cropResample(picture, [3, 4, 5, 6], [2, 2]);
    const at = (x: number, y: number): number[] => [...picture.data.subarray((y * 151 + x) * 3, (y * 151 + x) * 3 + 3)];
    expect([...crop.data]).toEqual([...at(3, 4), ...at(4, 4), ...at(3, 5), ...at(4, 5)]);
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
