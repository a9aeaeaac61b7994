import { describe, expect, it } from 'vitest';
import { selectFrames } from '../../src/media/select-frames.ts';

const oneRange = 'not(mod(n-0\\,20))*between(n\\,0\\,380)';

describe('selectFrames', () => {
  it.each([
    { frames: { first: 0, step: 20, last: 380 }, condition: oneRange, count: 20, at: [0, 20, 40] },
    { frames: Array.from({ length: 20 }, (_, place) => place * 20), condition: oneRange, count: 20, at: [0, 20, 40] },
    { frames: [3, 9, 11], condition: 'eq(n\\,3)+eq(n\\,9)+eq(n\\,11)', count: 3, at: [3, 9, 11] },
  ])('says $condition', ({ frames, condition, count, at }) => {
    const picked = selectFrames(frames);
    expect(picked.count).toBe(count);
    expect(picked.conditionOn('n')).toBe(condition);
    expect([0, 1, 2].map(picked.indexAt)).toEqual(at);
  });

  it('gives no frame beyond the end of a list', () => {
    expect(selectFrames([3, 9]).indexAt(2)).toBe(Infinity);
  });

  it('takes all frames between the first and the last where no command line has room for the list', () => {
    const irregular = Array.from({ length: 4000 }, (_, place) => place * place + 5);
    const picked = selectFrames(irregular);
    expect(picked.conditionOn('n')).toBe(`not(mod(n-5\\,1))*between(n\\,5\\,${3999 * 3999 + 5})`);
    expect(picked.count).toBe(3999 * 3999 + 1);
    expect([0, 1, 2].map(picked.indexAt)).toEqual([5, 6, 7]);
  });

  it('keeps to lists as long as a clip of the layout, whatever they are', () => {
    const irregular = Array.from({ length: 400 }, (_, place) => place * 3 + (place % 2));
    const picked = selectFrames(irregular);
    expect(picked.count).toBe(400);
    expect(picked.conditionOn('n')).toMatch(/^\(+eq/u);
  });

  it('adds no more than 32 terms at once, which newer ffmpegs need', () => {
    const condition = selectFrames(Array.from({ length: 400 }, (_, place) => place * 3 + (place % 2))).conditionOn('n');
    const sums = condition.replaceAll(/eq\(n\\,\d+\)/gu, 'x').split(/[()]/u);
    const terms = sums.map((sum) => sum.split('x').length - 1);
    expect(Math.max(...terms)).toBeLessThanOrEqual(32);
    expect(terms.reduce((sum, count) => sum + count, 0)).toBe(400);
  });
});
