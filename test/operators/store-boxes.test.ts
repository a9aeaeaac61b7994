import { map, timer } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { type OwnerBoxes } from '../../src/operators/aggregate-boxes.ts';
import { storeBoxes, type WriteBoxes } from '../../src/operators/store-boxes.ts';
import { marbles } from '../helpers/marbles.ts';

const error = new Error('disk full');
const owned = (id: string, count: number): OwnerBoxes => {
  const owner = { side: 'query', id } as const;
  const box = { owner, frame: '0', boxIndex: 0, box: [0, 0, 1, 1] as const, score: 1, feature: Float32Array.of(1) };
  return { owner, boxes: Array.from({ length: count }, () => box), frames: 2, emptyFrames: 1, droppedBoxes: 0 };
};
const owners = { a: owned('a', 2), n: owned('n', 0) };
const stored = { a: { ...owners.a, boxes: 2 }, n: { ...owners.n, boxes: 0 } };
const fail: WriteBoxes = () =>
  timer(1).pipe(
    map(() => {
      throw error;
    }),
  );

describe('storeBoxes', () => {
  it.each([
    { what: 'each owner when it is written', in: '-a-n-|', out: '---a-(n|)', subs: '^----!', written: ['a2', 'n0'] },
    { what: 'owners side by side', in: '(an|)', out: '--(an|)', subs: '(^!)', written: ['a2', 'n0'] },
    { what: 'nothing of nothing', in: '-|', out: '-|', subs: '^!', written: [] },
    { what: 'nothing of a source that never speaks', in: '-', out: '-', subs: '^', written: [] },
    { what: 'an error of the source', in: '-a#', out: '--#', subs: '^-!', written: ['a2'] },
    { what: 'an error of the disk', in: '-a--', write: fail, out: '--#', subs: '^-!', written: [] },
    { what: 'nothing after it is left', in: '-a--', stop: '--!', out: '--', subs: '^-!', written: ['a2'] },
  ])('emits $what', ({ in: input, write, stop = null, out, subs, written }) => {
    const seen: string[] = [];
    const slow: WriteBoxes = ({ id }, boxes) => {
      seen.push(`${id}${boxes.length}`);
      return timer(2);
    };
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const source = cold(input, owners, error);
      expectObservable(source.pipe(storeBoxes({ write: write ?? slow })), stop).toBe(out, stored, error);
      expectSubscriptions(source.subscriptions).toBe(subs);
    });
    expect(seen).toEqual(written);
  });
});
