import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { GrowingTrack } from '../../src/tracking/track.ts';
import { galleryBox } from '../helpers/boxes.ts';

const halfLife = 3;

function trackOf(first: { readonly score: number; readonly feature: readonly number[] }, seconds = 0): GrowingTrack {
  return new GrowingTrack(1, galleryBox({ id: 'stream', ...first }), seconds);
}

describe('GrowingTrack', () => {
  it('begins with its first box', () => {
    const box = galleryBox({ id: 'stream', box: [1, 2, 3, 4], score: 0.7, feature: [3, 4] });
    const track = new GrowingTrack(5, box, 1.5);
    expect(track).toMatchObject({ id: 5, since: 1.5, lastSeen: 1.5, box: [1, 2, 3, 4], score: 0.7 });
    expect(track.feature).toEqual(box.feature);
  });

  it('is where it was seen last, and still began when it began', () => {
    const track = trackOf({ score: 0.7, feature: [1, 0] }, 1);
    track.add(galleryBox({ id: 'stream', box: [5, 6, 7, 8], score: 0.6 }), 1.2, halfLife);
    expect(track).toMatchObject({ id: 1, since: 1, lastSeen: 1.2, box: [5, 6, 7, 8], score: 0.6 });
  });

  it.each([
    { what: 'boxes of one time and score count the same', scores: [0.5, 0.5], at: [0, 0], pooled: [1, 1] },
    { what: 'a box counts by its score', scores: [0.3, 0.6], at: [0, 0], pooled: [1, 2] },
    { what: 'a box counts half after the half-life', scores: [0.8, 0.8], at: [0, halfLife], pooled: [1, 2] },
    { what: 'a box counts a quarter after twice that', scores: [1, 1], at: [0, 2 * halfLife], pooled: [1, 4] },
    { what: 'a box without a score counts nothing', scores: [0, 0.1], at: [0, 0], pooled: [0, 1] },
  ])('pools features: $what', ({ scores, at, pooled }) => {
    const track = trackOf({ score: scores[0]!, feature: [1, 0] }, at[0]);
    track.add(galleryBox({ id: 'stream', score: scores[1]!, feature: [0, 1] }), at[1]!, halfLife);
    const norm = Math.hypot(...pooled);
    expect(track.feature[0]).toBeCloseTo(pooled[0]! / norm, 6);
    expect(track.feature[1]).toBeCloseTo(pooled[1]! / norm, 6);
  });

  it('looks like the newest box where features cancel out', () => {
    const track = trackOf({ score: 0.5, feature: [1, 0] });
    track.add(galleryBox({ id: 'stream', score: 0.5, feature: [-1, 0] }), 0, halfLife);
    expect([...track.feature]).toEqual([-1, 0]);
  });

  it('leaves the features of its boxes as they are', () => {
    const [first, second] = [galleryBox({ id: 'a', feature: [1, 0] }), galleryBox({ id: 'b', feature: [0, 1] })];
    const track = new GrowingTrack(1, first, 0);
    track.add(second, 1, halfLife);
    const before = track.feature;
    track.add(second, 2, halfLife);
    expect([...first.feature, ...second.feature]).toEqual([1, 0, 0, 1]);
    expect(before).not.toEqual(track.feature);
  });

  it('is the mean of all boxes by score and age, however it came about', () => {
    const box = fc.record({
      after: fc.double({ min: 0, max: 4, noNaN: true }),
      score: fc.double({ min: 0.05, max: 1, noNaN: true }),
      // Never opposite, so that the mean is far from nothing.
      feature: fc.tuple(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 0, max: 9 }), fc.integer({ min: 0, max: 9 })),
    });
    const boxes = fc.array(box, { minLength: 1, maxLength: 12 });
    fc.assert(
      fc.property(boxes, fc.double({ min: 0.2, max: 9, noNaN: true }), (all, halfLifeSeconds) => {
        const seen: { readonly at: number; readonly score: number; readonly feature: Float32Array }[] = [];
        let at = 0;
        let track: GrowingTrack | undefined;
        for (const { after, score, feature } of all) {
          at += after;
          const one = galleryBox({ id: 'stream', score, feature });
          seen.push({ at, score, feature: one.feature });
          if (track) track.add(one, at, halfLifeSeconds);
          else track = new GrowingTrack(1, one, at);
        }
        const mean = [0, 1, 2].map((place) =>
          seen.reduce(
            (sum, one) => sum + one.score * one.feature[place]! * 0.5 ** ((at - one.at) / halfLifeSeconds),
            0,
          ),
        );
        const pooled = [...(track?.feature ?? [])];
        for (const [place, value] of pooled.entries()) expect(value).toBeCloseTo(mean[place]! / Math.hypot(...mean), 4);
        expect(Math.hypot(...pooled)).toBeCloseTo(1, 5);
      }),
    );
  });
});
