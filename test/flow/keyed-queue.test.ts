import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { KeyedQueue } from '../../src/flow/keyed-queue.ts';

/** Values such as `"a3"`, whose key is the letter. */
function queueOf(values: readonly string[]): KeyedQueue<string> {
  const queue = new KeyedQueue<string>((value) => value.charAt(0));
  for (const value of values) queue.push(value);
  return queue;
}

describe('KeyedQueue', () => {
  it.each([
    { what: 'nothing of nothing', values: [], max: 3, taken: [] },
    { what: 'the fullest key', values: ['a1', 'b1', 'b2'], max: 3, taken: ['b1', 'b2'] },
    { what: 'no more than it is allowed', values: ['a1', 'a2', 'a3'], max: 2, taken: ['a1', 'a2'] },
    { what: 'the oldest key among equals', values: ['b1', 'a1', 'a2', 'b2'], max: 3, taken: ['b1', 'b2'] },
    { what: 'the oldest of those that fill it', values: ['a1', 'b1', 'b2', 'b3', 'a2'], max: 2, taken: ['a1', 'a2'] },
  ])('takes $what', ({ values, max, taken }) => {
    expect(queueOf(values).takeFullest(max)).toEqual(taken);
  });

  it('counts the age of a key from its oldest value that is left', () => {
    const queue = queueOf(['a1', 'a2', 'a3', 'b1', 'a4', 'b2']);
    expect(queue.takeFullest(3)).toEqual(['a1', 'a2', 'a3']);
    expect(queue.takeFullest(1)).toEqual(['b1']);
    expect(queue.takeFullest(1)).toEqual(['a4']);
    expect(queue.takeFullest(1)).toEqual(['b2']);
    expect(queue.takeFullest(1)).toEqual([]);
  });

  it('takes out one value, and does nothing for one that is not there', () => {
    const queue = queueOf(['a1', 'a2', 'b1']);
    queue.remove('a1');
    queue.remove('b1');
    queue.remove('c1');
    expect([queue.takeFullest(9), queue.takeFullest(9)]).toEqual([['a2'], []]);
  });

  it('gives out every value once, by key in the order in which they came', () => {
    const letters = fc.array(fc.constantFrom('a', 'b', 'c'));
    fc.assert(
      fc.property(letters, fc.integer({ min: 1, max: 5 }), (keys, max) => {
        const values = keys.map((key, place) => `${key}${place}`);
        const queue = queueOf(values);
        const taken: string[] = [];
        for (let batch = queue.takeFullest(max); batch.length > 0; batch = queue.takeFullest(max)) {
          expect(batch.length).toBeLessThanOrEqual(max);
          expect(new Set(batch.map((value) => value.charAt(0))).size).toBe(1);
          taken.push(...batch);
        }
        for (const key of ['a', 'b', 'c']) {
          const ofKey = (value: string): boolean => value.startsWith(key);
          expect(taken.filter(ofKey)).toEqual(values.filter(ofKey));
        }
        expect(taken.length).toBe(values.length);
      }),
    );
  });
});
