import { describe, expect, it } from 'vitest';
import { boxArea, iou, pixelBox } from '../../src/core/box.ts';

describe('iou', () => {
  it.each([
    { a: [0, 0, 10, 10], b: [0, 0, 10, 10], value: 1, why: 'the same box' },
    { a: [0, 0, 10, 10], b: [5, 0, 15, 10], value: 1 / 3, why: 'half shared' },
    { a: [0, 0, 10, 10], b: [10, 0, 20, 10], value: 0, why: 'edges that touch' },
    { a: [0, 0, 10, 10], b: [20, 20, 30, 30], value: 0, why: 'apart' },
    { a: [0, 0, 0, 0], b: [0, 0, 0, 0], value: 0, why: 'both empty' },
  ] as const)('is $value for $why', ({ a, b, value }) => {
    expect(iou(a, b)).toBeCloseTo(value, 12);
    expect(iou(b, a)).toBeCloseTo(value, 12);
  });
});

describe('boxArea', () => {
  it('is 0 for an inverted box', () => {
    expect(boxArea([10, 0, 0, 5])).toBe(0);
    expect(boxArea([0, 0, 4, 5])).toBe(20);
  });
});

describe('pixelBox', () => {
  it.each([
    { box: [1.9, 2.9, 7.9, 8.9], out: [1, 2, 7, 8], why: 'corners are truncated, not rounded' },
    { box: [-3.5, -1, 99, 98], out: [0, 0, 20, 10], why: 'corners are clamped' },
    { box: [5.2, 1, 5.9, 9], out: undefined, why: 'a box of no width after truncation is dropped' },
    { box: [25, 1, 30, 9], out: undefined, why: 'a box outside is dropped' },
  ] as const)('$why', ({ box, out }) => {
    expect(pixelBox(box, 20, 10)).toEqual(out);
  });
});
