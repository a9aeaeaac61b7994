import { describe, expect, it } from 'vitest';
import { watchCalls, watchPromises } from '../../src/pipelines/watch-calls.ts';
import { ear } from '../helpers/watched-work.ts';

const half = (value: number): number => {
  if (value % 2 === 1) throw new RangeError('odd');
  return value / 2;
};
const work = { place: 'crop', name: 'halve' } as const;

describe('watchCalls', () => {
  it('is the function itself when nobody watches', () => {
    expect(watchCalls(half, { ...work, watch: undefined })).toBe(half);
  });

  it('tells of calls, and of no end where a call throws', () => {
    const { watch, begun, ended } = ear();
    const watched = watchCalls(half, { ...work, watch });
    expect(watched(8)).toBe(4);
    expect(() => watched(7)).toThrow('odd');
    expect(begun).toEqual([
      { ...work, slot: 0 },
      { ...work, slot: 0 },
    ]);
    expect(ended).toHaveLength(1);
  });
});

describe('watchPromises', () => {
  const later = async (value: Promise<number>): Promise<number> => half(await value);

  it('is the function itself when nobody watches', () => {
    expect(watchPromises(later, { ...work, watch: undefined })).toBe(later);
  });

  it('tells of each call until its promise has settled, on a slot of its own', async () => {
    const { watch, begun, ended } = ear();
    const watched = watchPromises(later, { ...work, watch });
    let resolve = (_value: number): void => undefined;
    const slow = watched(
      new Promise((settle) => {
        resolve = settle;
      }),
    );
    await expect(watched(Promise.resolve(8))).resolves.toBe(4);
    await expect(watched(Promise.resolve(7))).rejects.toThrow('odd');
    expect(begun.map(({ slot }) => slot)).toEqual([0, 1, 1]);
    expect(ended.map(({ slot }) => slot)).toEqual([1]);
    resolve(2);
    await slow;
    expect(ended.map(({ slot }) => slot)).toEqual([1, 0]);
  });
});
