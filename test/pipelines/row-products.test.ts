import { describe, expect, it } from 'vitest';
import { chooseWays, type ProductsWay } from '../../src/pipelines/row-products.ts';

/** A clock, and a way that takes some of its time at each run, the last time again and again. */
function clocked(): { now: () => number; way: (...times: readonly number[]) => ProductsWay } {
  let time = 0;
  return {
    now: () => time,
    way: (...times) => {
      const left = [...times];
      const begin = () => () => {
        time += left.length > 1 ? left.shift()! : left[0]!;
        return Promise.resolve({ maxima: new Float32Array() });
      };
      return { queriesAtOnce: 1, begin };
    },
  };
}

describe('chooseWays', () => {
  it.each([
    { what: 'a third of the time', full: [3], coarse: [1], takes: ['coarse', 'full'] },
    { what: 'a little less', full: [3], coarse: [2.5], takes: ['full'] },
    { what: 'more', full: [1], coarse: [2], takes: ['full'] },
    { what: 'less once both have warmed up', full: [3], coarse: [50, 1], takes: ['coarse', 'full'] },
    { what: 'less but for an interruption', full: [3], coarse: [1, 50, 1], takes: ['coarse', 'full'] },
    {
      what: 'less but for a long interruption',
      full: [3],
      coarse: [50, 50, 50, 50, 50, 50, 1],
      takes: ['coarse', 'full'],
    },
    { what: 'more but for an interruption of the other', full: [50, 1], coarse: [2], takes: ['full'] },
  ])('takes $takes when bytes take $what', async ({ full, coarse, takes }) => {
    const { now, way } = clocked();
    const ways = { full: way(...full), coarse: way(...coarse) };
    expect(await chooseWays(ways, now)).toEqual(takes.map((name) => (name === 'full' ? ways.full : ways.coarse)));
  });
});
