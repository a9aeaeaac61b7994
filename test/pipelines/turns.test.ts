import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createTurns } from '../../src/pipelines/turns.ts';

const nextTick = (): Promise<void> => new Promise((resolve) => void setImmediate(resolve));

describe('createTurns', () => {
  it('does the work one after the other in the order of the keys, whatever order it comes in', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uniqueArray(fc.nat(20)), fc.infiniteStream(fc.nat(2)), async (came, ticks) => {
        const keys = came.toSorted((a, b) => a - b).map(String);
        using turns = createTurns(keys);
        const begun: string[] = [];
        let atWork = 0;
        const results = came.map(String).map((key) =>
          turns.take(key, async () => {
            begun.push(key);
            expect((atWork += 1)).toBe(1);
            for (let left = ticks.next().value ?? 0; left > 0; left -= 1) await nextTick();
            atWork -= 1;
            return `done ${key}`;
          }),
        );
        expect(await Promise.all(results)).toEqual(came.map((key) => `done ${key}`));
        expect(begun).toEqual(keys);
      }),
    );
  });

  it('does nothing more after a failure', async () => {
    using turns = createTurns(['a', 'b']);
    const done: string[] = [];
    void turns.take('b', async () => void done.push('b'));
    await expect(turns.take('a', () => Promise.reject(new RangeError('full')))).rejects.toThrow('full');
    await nextTick();
    expect(done).toEqual([]);
  });

  it('does nothing more when it is disposed, but what is under way', async () => {
    const turns = createTurns(['a', 'b', 'c']);
    const done: string[] = [];
    const first = turns.take('a', async () => {
      await nextTick();
      done.push('a');
    });
    void turns.take('b', async () => void done.push('b'));
    turns[Symbol.dispose]();
    await first;
    void turns.take('c', async () => void done.push('c'));
    await nextTick();
    expect(done).toEqual(['a']);
  });

  it('refuses a key that has no turn', async () => {
    await expect(createTurns(['a']).take('b', () => Promise.resolve())).rejects.toThrow(
      'Expected `key` to have a turn',
    );
  });
});
