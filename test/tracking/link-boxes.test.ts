import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Box } from '../../src/core/box.ts';
import { type BoxFeature } from '../../src/core/box-feature.ts';
import { linkBoxes } from '../../src/tracking/link-boxes.ts';
import { defaultTracking, type TrackingOptions } from '../../src/tracking/tracking-options.ts';
import { galleryBox } from '../helpers/boxes.ts';

/** A garment 10 wide and 20 high at `x`, whose look is `angle` degrees away from that at 0. */
function at(x: number, angle = 0, score = 0.9): BoxFeature {
  const turn = (angle * Math.PI) / 180;
  return galleryBox({ id: 'stream', box: [x, 0, x + 10, 20], score, feature: [Math.cos(turn), Math.sin(turn)] });
}

interface Scene {
  readonly frames: readonly (readonly BoxFeature[])[];
  readonly cutAt?: number;
  readonly times?: readonly number[];
  readonly options?: Partial<TrackingOptions>;
}

/** Numbers of the tracks that each frame shows, and of those that it has lost. */
function link({ frames, cutAt = -1, times, options }: Scene) {
  const next = linkBoxes({ ...defaultTracking, ...options });
  return frames.map((boxes, place) => {
    const { seen, lost } = next({ seconds: times?.[place] ?? place * 0.2, boxes, isCut: place === cutAt });
    return { seen: seen.map(({ id }) => id), lost: lost.map(({ id }) => id) };
  });
}

const seenIn = (scene: Scene): readonly (readonly number[])[] => link(scene).map(({ seen }) => seen);

/** IoU 1/3 of two garments 10 wide. */
const third = 5;
/** IoU 0.2, the least that counts; and below it. */
const fifth = 10 * (2 / 3);
const apart = 7;

describe('linkBoxes', () => {
  it.each<Scene & { what: string; seen: readonly (readonly number[])[] }>([
    { what: 'a garment that stays is one track', frames: [[at(0)], [at(1)], [at(2)]], seen: [[1], [1], [1]] },
    { what: 'each garment of the first frame is a track', frames: [[at(0), at(20)]], seen: [[1, 2]] },
    { what: 'no garment is no track', frames: [[], [at(0)], []], seen: [[], [1], []] },
    {
      what: 'a crowd goes on as it was',
      frames: [[0, 20, 40, 60, 80, 100].map((x) => at(x)), [100, 80, 60, 40, 20, 0].map((x) => at(x))],
      seen: [
        [1, 2, 3, 4, 5, 6],
        [6, 5, 4, 3, 2, 1],
      ],
    },
    {
      what: 'boxes may change places',
      frames: [
        [at(0), at(20)],
        [at(20), at(0)],
      ],
      seen: [
        [1, 2],
        [2, 1],
      ],
    },
    { what: 'one that overlaps and looks alike goes on', frames: [[at(0)], [at(third, 60)]], seen: [[1], [1]] },
    { what: 'one that overlaps just enough goes on', frames: [[at(0)], [at(fifth, 60)]], seen: [[1], [1]] },
    { what: 'one that overlaps too little does not', frames: [[at(0)], [at(apart, 60)]], seen: [[1], [2]] },
    { what: 'one that looks unlike does not', frames: [[at(0)], [at(0, 70)]], seen: [[1], [2]] },
    { what: 'one that looks very much alike goes on anywhere', frames: [[at(0)], [at(500, 36)]], seen: [[1], [1]] },
    { what: 'one that looks less alike does not', frames: [[at(0)], [at(500, 38)]], seen: [[1], [2]] },
    {
      what: 'the nearest box continues a track, not the first',
      frames: [[at(0)], [at(4), at(1)]],
      seen: [[1], [2, 1]],
    },
    {
      what: 'the most alike box continues a track where they overlap the same',
      frames: [[at(0)], [at(2, 20), at(2, 10)]],
      seen: [[1], [2, 1]],
    },
    {
      what: 'a box continues the track that is nearest, not the first',
      frames: [[at(0), at(4)], [at(3)]],
      seen: [[1, 2], [2]],
    },
    {
      what: 'of two boxes that are equally near the first, of the higher score, goes on',
      frames: [[at(4)], [at(2), at(6)]],
      seen: [[1], [1, 2]],
    },
    {
      what: 'of two tracks that are equally near the older goes on',
      frames: [[at(2), at(6)], [at(4)]],
      seen: [[1, 2], [1]],
    },
    {
      what: 'the best pair is taken first, and the rest get what is left',
      frames: [
        [at(0), at(5)],
        [at(4), at(9)],
      ],
      seen: [
        [1, 2],
        [2, 1],
      ],
    },
    {
      what: 'the best pair is taken first, though another then has nothing',
      frames: [
        [at(0, 0), at(6, 60)],
        [at(5, 60), at(11, 60)],
      ],
      seen: [
        [1, 2],
        [2, 3],
      ],
      options: { sureLikeness: 1.1 },
    },
    { what: 'everything begins anew at a cut', frames: [[at(0)], [at(0)], [at(0)]], cutAt: 1, seen: [[1], [2], [2]] },
    {
      what: 'a garment that was hidden for as long as may be goes on',
      frames: [[at(0)], [], [at(0)]],
      times: [0, 1, 1.5],
      seen: [[1], [], [1]],
    },
    {
      what: 'a garment that was hidden for longer is another track',
      frames: [[at(0)], [], [at(0)]],
      times: [0, 1, 1.51],
      seen: [[1], [], [2]],
    },
    {
      what: 'frames that are further apart than a garment may be hidden do not lose it',
      frames: [[at(0)], [at(0)], [], [at(0)]],
      times: [0, 10, 20, 30],
      seen: [[1], [1], [], [2]],
    },
    {
      what: 'where it was last counts, not where it began',
      frames: [[at(0)], [at(6, 60)], [at(12, 70)]],
      seen: [[1], [1], [1]],
      options: { sureLikeness: 1.1, minOverlap: 0.2 },
    },
    {
      what: 'all that it has looked like counts, not the last look alone',
      frames: [[at(0)], [at(0, 60)], [at(0, 100)]],
      seen: [[1], [1], [2]],
    },
  ])('$what', ({ seen, ...scene }) => {
    expect(seenIn(scene)).toEqual(seen);
  });

  it('tells once of each track that has left, in the first frame that is too late', () => {
    const told = link({ frames: [[at(0), at(20)], [at(20)], [at(20)], [at(20)]], times: [0, 1, 1.6, 2] });
    expect(told.map(({ lost }) => lost)).toEqual([[], [], [1], []]);
  });

  it('tells of every track at a cut, and of none a second time', () => {
    const told = link({ frames: [[at(0), at(20)], [at(0)], []], cutAt: 1 });
    expect(told).toEqual([
      { seen: [1, 2], lost: [] },
      { seen: [3], lost: [1, 2] },
      { seen: [], lost: [] },
    ]);
  });

  it('does not lose a garment by rounding, whenever the frame comes', () => {
    const times = fc.integer({ min: 0, max: 90_000 });
    fc.assert(
      fc.property(times, (first) => {
        const seconds = [first, first + 1, first + 15, first + 16, first + 32].map((tenth) => tenth / 10);
        expect(link({ frames: [[at(0)], [], [at(0)], [], [at(0)]], times: seconds })).toEqual([
          { seen: [1], lost: [] },
          { seen: [], lost: [] },
          { seen: [1], lost: [] },
          { seen: [], lost: [] },
          { seen: [2], lost: [1] },
        ]);
      }),
    );
  });

  it('gives each box one live track and each track one box, counts them up, and loses each once', () => {
    const box = fc
      .tuple(fc.nat(30), fc.constantFrom(0, 20, 60, 90, 180), fc.constantFrom(0.5, 0.9))
      .map(([x, angle, score]) => at(x, angle, score));
    const frames = fc.array(
      fc.record({ boxes: fc.array(box, { maxLength: 5 }), after: fc.constantFrom(0.2, 1, 2), isCut: fc.boolean() }),
      { maxLength: 15 },
    );
    fc.assert(
      fc.property(frames, (all) => {
        const next = linkBoxes(defaultTracking);
        const again = linkBoxes(defaultTracking);
        const live = new Map<number, number>();
        let count = 0;
        let seconds = 0;
        for (const { boxes, after, isCut } of all) {
          seconds += after;
          const { seen, lost } = next({ seconds, boxes, isCut });
          const ids = seen.map(({ id }) => id);
          for (const { id, lastSeen } of lost) {
            expect(live.get(id)).toBe(lastSeen);
            expect(isCut || seconds - lastSeen > defaultTracking.lingerSeconds).toBe(true);
            live.delete(id);
          }
          expect(seen.map(({ box: place }): Box => place)).toEqual(boxes.map(({ box: place }) => place));
          expect(new Set(ids).size).toBe(ids.length);
          const begun = ids.filter((id) => !live.has(id));
          expect(begun).toEqual(begun.map(() => (count += 1)));
          for (const id of ids) live.set(id, seconds);
          expect(again({ seconds, boxes, isCut }).seen.map(({ id }) => id)).toEqual(ids);
        }
      }),
    );
  });
});
