import { describe, expect, it } from 'vitest';
import { boxAt, boxesIn, makeBox, readBox, words } from '../../../src/media/mp4/boxes.ts';

const long = Buffer.concat([words([1]), Buffer.from('mdat'), words([0, 20]), words([7])]);

describe('boxes', () => {
  it('are found one after the other', () => {
    const bytes = Buffer.concat([makeBox('free', words([1])), long, makeBox('moov')]);
    expect(boxesIn(bytes, 0, bytes.length)).toEqual([
      { type: 'free', from: 0, body: 8, to: 12 },
      { type: 'mdat', from: 12, body: 28, to: 32 },
      { type: 'moov', from: 32, body: 40, to: 40 },
    ]);
  });

  it('reach to the end where they do not say how long they are', () => {
    const bytes = makeBox('mdat', words([1, 2, 3]));
    bytes.fill(0, 0, 4);
    expect(readBox(bytes, 100, 1000)).toEqual({ type: 'mdat', from: 100, body: 108, to: 1000 });
  });

  it('may be followed by some bytes of nothing', () => {
    const bytes = Buffer.concat([makeBox('free'), new Uint8Array(7)]);
    expect(boxesIn(bytes, 0, bytes.length)).toHaveLength(1);
  });

  it.each([
    { what: 'longer than what holds it', bytes: makeBox('free', words([1])), end: 11 },
    { what: 'shorter than its header', bytes: Buffer.concat([words([7]), Buffer.from('free')]), end: 100 },
    { what: 'shorter than its long header', bytes: Buffer.concat([long.subarray(0, 12), words([15])]), end: 100 },
    { what: 'cut off', bytes: long.subarray(0, 12), end: 100 },
  ])('refuse to be $what', ({ bytes, end }) => {
    expect(() => readBox(bytes, 0, end)).toThrow(RangeError);
  });

  it('are reached through others, if there is one of each', () => {
    const inner = makeBox('elst', words([5]));
    const bytes = makeBox('trak', makeBox('edts', inner), makeBox('free'), makeBox('free'));
    const [track] = boxesIn(bytes, 0, bytes.length);
    expect(boxAt(bytes, track!, 'edts', 'elst')).toMatchObject({ type: 'elst', to: 28 });
    expect(boxAt(bytes, track!, 'edts', 'none')).toBeUndefined();
    expect(() => boxAt(bytes, track!, 'free')).toThrow(RangeError);
  });
});
