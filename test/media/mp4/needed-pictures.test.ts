import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type CodedPicture, neededPictures } from '../../../src/media/mp4/needed-pictures.ts';

/** S: others can start with it; R: reference; n: none refers to it. They are shown as they stand. */
function pictures(kinds: string): readonly CodedPicture[] {
  return Array.from(kinds, (kind, index) => ({ index, isReference: kind !== 'n', isStart: kind === 'S' }));
}
const said = (kinds: string, frames: readonly number[]): string =>
  neededPictures(pictures(kinds), frames)
    .map((isNeeded) => (isNeeded ? 'x' : '.'))
    .join('');

describe('neededPictures', () => {
  it.each([
    { what: 'a reference picture needs those before it', kinds: 'SRRRR', frames: [2], needed: 'xxx..' },
    { what: 'what nobody refers to is left out', kinds: 'SnRnRnR', frames: [4], needed: 'x.x.x..' },
    { what: 'unless it is wanted', kinds: 'SnRnRnR', frames: [3], needed: 'x.xx...' },
    { what: 'what comes before a start is left out', kinds: 'SRRSRR', frames: [4], needed: 'x..xx.' },
    { what: 'and what comes after the last wanted one', kinds: 'SRRRSRR', frames: [1, 5], needed: 'xx..xx.' },
    {
      what: 'and what stands between two starts of which nothing is wanted',
      kinds: 'SRSnSR',
      frames: [0, 5],
      needed: 'x...xx',
    },
    { what: 'nothing is wanted', kinds: 'SRR', frames: [7], needed: '...' },
  ])('$what', ({ kinds, frames, needed }) => {
    expect(said(kinds, frames)).toBe(needed);
  });

  it('keeps what is wanted and all that it may refer to, and nothing that is neither', () => {
    const kinds = fc.string({ unit: fc.constantFrom('S', 'R', 'n', 'n'), maxLength: 60 }).map((text) => `S${text}`);
    fc.assert(
      fc.property(kinds, fc.uniqueArray(fc.nat(60), { minLength: 1 }), (text, wanted) => {
        const all = pictures(text);
        const frames = wanted.toSorted((a, b) => a - b);
        const expected = new Set<number>();
        if (frames[0]! < all.length) expected.add(0);
        for (const frame of frames.filter((index) => index < all.length)) {
          expected.add(frame);
          for (let at = frame; ; at -= 1) {
            if (at < frame && all[at]!.isReference) expected.add(at);
            if (all[at]!.isStart) break;
          }
        }
        expect(neededPictures(all, frames)).toEqual(all.map((_, place) => expected.has(place)));
      }),
    );
  });
});
