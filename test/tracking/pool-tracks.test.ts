import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type BoxFeature } from '../../src/core/box-feature.ts';
import { poolTracks } from '../../src/tracking/pool-tracks.ts';
import { galleryBox, queryBox } from '../helpers/boxes.ts';

interface Sketch {
  readonly frame: number;
  readonly x?: number;
  /** Degrees between its look and that of a box at 0. */
  readonly angle?: number;
  readonly score?: number;
  readonly boxIndex?: number;
}

/** A garment 10 wide and 20 high. */
function at({ frame, x = 0, angle = 0, score = 0.9, boxIndex = 0 }: Sketch): BoxFeature {
  const turn = (angle * Math.PI) / 180;
  const feature = [Math.cos(turn), Math.sin(turn)];
  return galleryBox({ id: 'v', frame: String(frame), box: [x, 0, x + 10, 20], score, boxIndex, feature });
}

/** Where each garment stands, and its look in degrees. */
function garments(sketches: readonly Sketch[]) {
  return poolTracks(sketches.map(at)).map(({ frame, box: [x], feature: [cos = 0, sin = 0] }) => ({
    frame: Number(frame),
    x,
    angle: Math.round((Math.atan2(sin, cos) * 180) / Math.PI),
  }));
}

const clip: fc.Arbitrary<readonly BoxFeature[]> = fc
  .array(
    fc.record({
      frame: fc.integer({ min: 4, max: 19 }).map((step) => step * 20),
      x: fc.nat(40),
      angle: fc.constantFrom(0, 10, 30, 60, 90, 180),
      score: fc.constantFrom(0.5, 0.9, 1),
    }),
    { maxLength: 40 },
  )
  .map((sketches) => {
    const counts = new Map<number, number>();
    return sketches.map((sketch) => {
      const boxIndex = counts.get(sketch.frame) ?? 0;
      counts.set(sketch.frame, boxIndex + 1);
      return at({ ...sketch, boxIndex });
    });
  });

describe('poolTracks', () => {
  it.each<{ what: string; boxes: readonly Sketch[]; garments: ReturnType<typeof garments> }>([
    { what: 'a clip without a box has no garment', boxes: [], garments: [] },
    { what: 'a box alone is a garment', boxes: [{ frame: 80, x: 3 }], garments: [{ frame: 80, x: 3, angle: 0 }] },
    {
      what: 'a garment looks like the mean of its boxes, and stands where it looks most like that',
      boxes: [
        { frame: 80, x: 1, angle: 0 },
        { frame: 100, x: 2, angle: 15 },
        { frame: 120, x: 3, angle: 30 },
      ],
      garments: [{ frame: 100, x: 2, angle: 15 }],
    },
    {
      what: 'boxes count by their score',
      boxes: [
        { frame: 80, angle: 0, score: 0.2 },
        { frame: 100, angle: 60, score: 0.8 },
      ],
      garments: [{ frame: 100, x: 0, angle: 49 }],
    },
    {
      what: 'boxes count the same whenever they are',
      boxes: [
        { frame: 80, angle: 0 },
        { frame: 100, angle: 0 },
        { frame: 380, angle: 30 },
      ],
      garments: [{ frame: 80, x: 0, angle: 10 }],
    },
    {
      what: 'of boxes that look the same the first is where it stands',
      boxes: [
        { frame: 120, x: 3 },
        { frame: 80, x: 1 },
        { frame: 100, x: 2 },
      ],
      garments: [{ frame: 80, x: 1, angle: 0 }],
    },
    {
      what: 'garments that look unlike are two, by the frame in which they come',
      boxes: [
        { frame: 100, angle: 90 },
        { frame: 100, x: 20, boxIndex: 1 },
        { frame: 80, x: 20 },
      ],
      garments: [
        { frame: 80, x: 20, angle: 0 },
        { frame: 100, x: 0, angle: 90 },
      ],
    },
    {
      what: 'of two boxes that are equally near the one of the higher score goes on',
      boxes: [
        { frame: 80, x: 4 },
        { frame: 100, x: 2, score: 0.5 },
        { frame: 100, x: 6, score: 0.9, boxIndex: 1 },
      ],
      garments: [
        { frame: 80, x: 4, angle: 0 },
        { frame: 100, x: 2, angle: 0 },
      ],
    },
    {
      what: 'frames go by number, not as text',
      boxes: [
        { frame: 100, x: 0, angle: 20 },
        { frame: 80, x: 5, angle: 80 },
        { frame: 90, x: 2, angle: 50 },
      ],
      garments: [{ frame: 90, x: 2, angle: 50 }],
    },
    {
      what: 'a garment that four frames miss goes on',
      boxes: [{ frame: 80 }, { frame: 100, x: 30, angle: 90 }, { frame: 160, x: 30, angle: 90 }, { frame: 180 }],
      garments: [
        { frame: 80, x: 0, angle: 0 },
        { frame: 100, x: 30, angle: 90 },
      ],
    },
    {
      what: 'a garment that five frames miss is another one when it comes back',
      boxes: [{ frame: 80 }, { frame: 100, x: 30, angle: 90 }, { frame: 200 }],
      garments: [
        { frame: 80, x: 0, angle: 0 },
        { frame: 100, x: 30, angle: 90 },
        { frame: 200, x: 0, angle: 0 },
      ],
    },
    {
      what: 'boxes of no score look like the first of them',
      boxes: [
        { frame: 80, angle: 0, score: 0 },
        { frame: 100, angle: 20, score: 0 },
      ],
      garments: [{ frame: 80, x: 0, angle: 0 }],
    },
  ])('$what', ({ boxes, garments: expected }) => {
    expect(garments(boxes)).toEqual(expected);
  });

  it('is one garment where each frame has one box that hardly changes', () => {
    const steps = fc.array(fc.record({ x: fc.nat(3), angle: fc.nat(20) }), { minLength: 1, maxLength: 16 });
    fc.assert(
      fc.property(steps, (all) => {
        expect(poolTracks(all.map((sketch, place) => at({ frame: 80 + place * 20, ...sketch })))).toHaveLength(1);
      }),
    );
  });

  it('does not depend on the order of the boxes, and gives real ones with a unit vector, each once', () => {
    const shuffled = clip.chain((boxes) =>
      fc.tuple(fc.constant(boxes), fc.shuffledSubarray([...boxes], { minLength: boxes.length })),
    );
    fc.assert(
      fc.property(shuffled, ([boxes, mixed]) => {
        const pooled = poolTracks(boxes);
        expect(poolTracks(mixed)).toEqual(pooled);
        expect(pooled.length).toBeLessThanOrEqual(boxes.length);
        expect(pooled.length === 0).toBe(boxes.length === 0);
        const keys = pooled.map(({ frame, boxIndex }) => `${frame} ${boxIndex}`);
        expect(new Set(keys).size).toBe(keys.length);
        for (const garment of pooled) {
          const box = boxes.find(({ frame, boxIndex }) => frame === garment.frame && boxIndex === garment.boxIndex);
          expect({ ...garment, feature: box?.feature }).toEqual(box);
          expect(Math.hypot(...garment.feature)).toBeCloseTo(1, 6);
        }
      }),
    );
  });

  it('leaves what it was given as it was', () => {
    const boxes = [at({ frame: 80, angle: 10 }), at({ frame: 100, angle: 20 })];
    const before = structuredClone(boxes);
    poolTracks(boxes);
    expect(boxes).toEqual(before);
  });

  it('leaves a box alone as it is, to the bit', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 359 }), (angle) => {
        const box = at({ frame: 80, angle });
        expect(poolTracks([box])).toEqual([box]);
      }),
    );
  });

  it.each<{ what: string; boxes: readonly BoxFeature[]; says: string }>([
    {
      what: 'boxes of two clips',
      boxes: [galleryBox({ id: 'v' }), galleryBox({ id: 'w' })],
      says: 'Expected boxes of one clip, got v and w',
    },
    {
      what: 'boxes of an item',
      boxes: [queryBox({ id: 'a' })],
      says: 'Expected boxes of the gallery side, got query/a',
    },
    { what: 'a frame that is no index', boxes: [galleryBox({ id: 'v', frame: 'x' })], says: 'Expected `frame` to be' },
    {
      what: 'features of two lengths',
      boxes: [galleryBox({ id: 'v' }), galleryBox({ id: 'v', frame: '100', feature: [1, 0, 0] })],
      says: 'Expected features of 2 numbers, got 3',
    },
  ])('refuses $what', ({ boxes, says }) => {
    expect(() => poolTracks(boxes)).toThrow(TypeError);
    expect(() => poolTracks(boxes)).toThrow(says);
  });
});
