import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { assertFrames, frameCount, frameRanges, frameTest } from '../../src/core/frame-selection.ts';

function indicesOf({ first, step, last }: { first: number; step: number; last: number }): readonly number[] {
  return Array.from({ length: Math.floor((last - first) / step) + 1 }, (_, place) => first + place * step);
}

const risingLists = fc
  .uniqueArray(fc.nat(400), { minLength: 1, maxLength: 60 })
  .map((list) => list.toSorted((a, b) => a - b));
const ranges = fc.record({ first: fc.nat(50), step: fc.integer({ min: 1, max: 9 }), more: fc.nat(100) }).map(
  ({ first, step, more }) => ({ first, step, last: first + more }), //
);

describe('frameRanges', () => {
  it.each([
    { what: 'a regular list as one range', frames: [0, 20, 40, 60], ranges: [{ first: 0, step: 20, last: 60 }] },
    { what: 'a single frame', frames: [7], ranges: [{ first: 7, step: 1, last: 7 }] },
    {
      what: 'two frames as themselves, since a range of them is longer',
      frames: [3, 9],
      ranges: [
        { first: 3, step: 1, last: 3 },
        { first: 9, step: 1, last: 9 },
      ],
    },
    {
      what: 'a hole as two ranges',
      frames: [0, 20, 40, 80, 100, 120],
      ranges: [
        { first: 0, step: 20, last: 40 },
        { first: 80, step: 20, last: 120 },
      ],
    },
    { what: 'a range as it is', frames: { first: 5, step: 4, last: 12 }, ranges: [{ first: 5, step: 4, last: 12 }] },
  ])('gives $what', ({ frames, ranges }) => {
    expect(frameRanges(frames)).toEqual(ranges);
  });

  it('holds the frames of any list, each once and in order', () => {
    fc.assert(
      fc.property(risingLists, (list) => {
        expect(frameRanges(list).flatMap(indicesOf)).toEqual(list);
      }),
    );
  });
});

describe('frameCount and frameTest', () => {
  it('agree with the list of a range', () => {
    fc.assert(
      fc.property(ranges, fc.nat(160), (range, index) => {
        const list = indicesOf(range);
        expect(frameCount(range)).toBe(list.length);
        expect(frameCount(list)).toBe(list.length);
        expect(frameTest(range)(index)).toBe(list.includes(index));
        expect(frameTest(list)(index)).toBe(list.includes(index));
      }),
    );
  });
});

describe('assertFrames', () => {
  it.each([
    { frames: [], name: 'frames.length' },
    { frames: [-1], name: 'frames[0]' },
    { frames: [0, 0], name: 'frames[1]' },
    { frames: [4, 3], name: 'frames[1]' },
    { frames: [0, 1.5], name: 'frames[1]' },
    { frames: { first: 0, step: 0, last: 3 }, name: 'frames.step' },
    { frames: { first: 4, step: 1, last: 3 }, name: 'frames.last' },
  ])('refuses $frames', ({ frames, name }) => {
    expect(() => assertFrames('frames', frames)).toThrow(TypeError);
    expect(() => assertFrames('frames', frames)).toThrow(`Expected \`${name}\``);
  });

  it('lets every list that rises pass', () => {
    fc.assert(
      fc.property(risingLists, (list) => {
        expect(() => assertFrames('frames', list)).not.toThrow();
      }),
    );
  });
});
