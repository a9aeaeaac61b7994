import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createRandom } from '../../src/synth/random.ts';

describe('createRandom', () => {
  it('gives the same numbers for the same seed, on every machine', () => {
    const random = createRandom('vitrine');
    const first = Array.from({ length: 4 }, () => random.integer(0, 999));
    const again = createRandom('vitrine');
    expect(Array.from({ length: 4 }, () => again.integer(0, 999))).toEqual(first);
    expect(first).toMatchInlineSnapshot(`
      [
        836,
        303,
        195,
        705,
      ]
    `);
  });

  it('forks into sources of their own that drawing does not move', () => {
    const drawn = createRandom('1');
    drawn.next();
    expect(drawn.fork('a').next()).toBe(createRandom('1').fork('a').next());
    expect(drawn.fork('a').next()).not.toBe(drawn.fork('b').next());
  });

  it('stays in its ranges and spreads over them', () => {
    fc.assert(
      fc.property(
        fc.string(),
        fc.integer({ min: -50, max: 50 }),
        fc.integer({ min: 0, max: 60 }),
        (seed, min, width) => {
          const random = createRandom(seed);
          const values = Array.from({ length: 400 }, () => random.integer(min, min + width));
          expect(Math.min(...values)).toBeGreaterThanOrEqual(min);
          expect(Math.max(...values)).toBeLessThanOrEqual(min + width);
          expect(new Set(values).size).toBeGreaterThan(width * 0.9);
        },
      ),
      { numRuns: 30 },
    );
  });

  it('picks by weight', () => {
    const random = createRandom('weights');
    const counts = { often: 0, seldom: 0, never: 0 };
    for (let draw = 0; draw < 4000; draw++) counts[random.weighted({ often: 3, seldom: 1, never: 0 })]++;
    expect(counts.never).toBe(0);
    expect(counts.often / counts.seldom).toBeGreaterThan(2.5);
    expect(counts.often / counts.seldom).toBeLessThan(3.6);
  });

  it('shuffles without losing anything and leaves the list alone', () => {
    const list = [1, 2, 3, 4, 5, 6, 7, 8];
    const shuffled = createRandom('deck').shuffle(list);
    expect([...shuffled].sort((a, b) => a - b)).toEqual(list);
    expect(shuffled).not.toEqual(list);
    expect(list).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
  });

  it('draws about normal numbers', () => {
    const random = createRandom('bell');
    const values = Array.from({ length: 4000 }, () => random.normal());
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    const deviation = Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length);
    expect(Math.abs(mean)).toBeLessThan(0.08);
    expect(Math.abs(deviation - 1)).toBeLessThan(0.08);
  });

  it('refuses to pick from nothing', () => {
    expect(() => createRandom('x').pick([])).toThrow(TypeError);
  });
});
