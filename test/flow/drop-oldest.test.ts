import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { dropOldest } from '../../src/flow/drop-oldest.ts';

const error = new Error('broken');

/** Lets everything happen that is not waiting for us. */
const settle = (): Promise<void> => new Promise((resolve) => void setImmediate(resolve));

/** A source that a test pushes; it ends when its signal aborts, as ours do, or never when it is `deaf`. */
function pushed(isDeaf = false) {
  const waiting: number[] = [];
  const stop = new AbortController();
  const seen = { isLeft: false, asked: 0 };
  const ends: (() => void)[] = [];
  let wake = (): void => undefined;
  const finish = (how: () => void): void => {
    ends.push(how);
    wake();
  };
  async function* read(): AsyncGenerator<number> {
    try {
      for (;;) {
        seen.asked += 1;
        while (waiting.length === 0 && ends.length === 0) await new Promise<void>((resolve) => (wake = resolve));
        const value = waiting.shift();
        if (value === undefined) return ends[0]?.();
        yield value;
      }
    } finally {
      seen.isLeft = true;
    }
  }
  if (!isDeaf) stop.signal.addEventListener('abort', () => finish(() => undefined));
  return {
    source: read(),
    seen,
    stop,
    push: async (...values: number[]) => {
      waiting.push(...values);
      wake();
      await settle();
    },
    complete: () => finish(() => undefined),
    fail: () =>
      finish(() => {
        throw error;
      }),
  };
}

function reader(depth: number, isDeaf = false) {
  const from = pushed(isDeaf);
  const dropped: number[] = [];
  const values = dropOldest(from.source, { depth, onDrop: (value) => void dropped.push(value) });
  return { ...from, dropped, values };
}

describe('dropOldest', () => {
  it('gives everything to a consumer that keeps up', async () => {
    const { values, dropped, push, complete } = reader(1);
    for (const value of [1, 2, 3]) {
      const next = values.next();
      await push(value);
      expect(await next).toEqual({ done: false, value });
    }
    complete();
    expect(await values.next()).toEqual({ done: true, value: undefined });
    expect(dropped).toEqual([]);
  });

  it('gives the newest to a consumer that does not, in order, and tells of the others, the oldest first', async () => {
    const { values, dropped, push } = reader(2);
    const first = values.next();
    await push(1);
    await first;
    await push(2, 3, 4, 5);
    await push(6);
    expect(dropped).toEqual([2, 3, 4]);
    expect([await values.next(), await values.next()].map(({ value }) => value)).toEqual([5, 6]);
    const last = values.next();
    await push(7);
    expect((await last).value).toBe(7);
    expect(dropped).toEqual([2, 3, 4]);
  });

  it('does not read before it is asked, and then without being asked again', async () => {
    const { values, seen, push } = reader(1);
    await push(1, 2, 3);
    expect(seen.asked).toBe(0);
    expect((await values.next()).value).toBe(1);
    await settle();
    expect(seen.asked).toBe(4);
  });

  it('gives what waits when the source ends, then ends', async () => {
    const { values, dropped, push, complete, seen } = reader(2);
    const first = values.next();
    await push(1);
    await first;
    await push(2, 3);
    complete();
    await settle();
    expect(seen.isLeft).toBe(true);
    expect((await values.next()).value).toBe(2);
    expect((await values.next()).value).toBe(3);
    expect((await values.next()).done).toBe(true);
    expect(dropped).toEqual([]);
  });

  it('gives what waits when the source fails, then its error', async () => {
    const { values, push, fail } = reader(2);
    const first = values.next();
    await push(1);
    await first;
    await push(2);
    fail();
    await settle();
    expect((await values.next()).value).toBe(2);
    await expect(values.next()).rejects.toBe(error);
    expect((await values.next()).done).toBe(true);
  });

  it('ends or fails while it is waited for', async () => {
    const ends = reader(1);
    const end = ends.values.next();
    await settle();
    ends.complete();
    expect((await end).done).toBe(true);
    const fails = reader(1);
    const failure = fails.values.next();
    await settle();
    fails.fail();
    await expect(failure).rejects.toBe(error);
  });

  it('fails with an error that is undefined too', async () => {
    const source = {
      [Symbol.asyncIterator]: () => ({ next: () => Promise.reject<IteratorResult<number>>(undefined) }),
    };
    const values = dropOldest(source, { depth: 1, onDrop: () => undefined });
    await expect(values.next()).rejects.toBeUndefined();
  });

  it('leaves the source on `return()` and tells of what waited', async () => {
    const { values, dropped, push, seen, stop } = reader(2);
    const first = values.next();
    await push(1, 2, 3);
    await first;
    const end = values.return(undefined);
    stop.abort();
    expect(await end).toEqual({ done: true, value: undefined });
    expect({ dropped, isLeft: seen.isLeft }).toEqual({ dropped: [2, 3], isLeft: true });
  });

  it('tells of a value that the source still gives after `return()`', async () => {
    const { values, dropped, push, seen } = reader(1, true);
    const first = values.next();
    await push(1);
    await first;
    const end = values.return(undefined);
    await settle();
    await push(2);
    await end;
    await push(3);
    expect({ dropped, isLeft: seen.isLeft }).toEqual({ dropped: [2], isLeft: true });
  });

  it('does not end before a source that ends its reads late has told the last of them', async () => {
    const dropped: number[] = [];
    const reads: ((value: number) => void)[] = [];
    const source: AsyncIterator<number> = {
      next: () => new Promise((resolve) => void reads.push((value) => resolve({ done: false, value }))),
      return: () => Promise.resolve({ done: true, value: undefined }),
    };
    const iterable = { [Symbol.asyncIterator]: () => source };
    const values = dropOldest(iterable, { depth: 1, onDrop: (value) => void dropped.push(value) });
    const first = values.next();
    reads.shift()?.(1);
    await first;
    await settle();
    let isOver = false;
    const end = values.return(undefined).then(() => (isOver = true));
    await settle();
    expect(isOver).toBe(false);
    reads.shift()?.(2);
    await end;
    expect({ dropped, reads }).toEqual({ dropped: [2], reads: [] });
  });

  it('hears `return()` while it waits once the source heeds its signal', async () => {
    const { values, seen, stop } = reader(1);
    const next = values.next();
    const end = values.return(undefined);
    await settle();
    expect(seen.isLeft).toBe(false);
    stop.abort();
    expect([(await next).done, (await end).done]).toEqual([true, true]);
    expect(seen.isLeft).toBe(true);
  });

  it('never opens a source that is left before it is asked', async () => {
    const { values, seen } = reader(1);
    await values.return(undefined);
    expect(seen).toEqual({ asked: 0, isLeft: false });
  });

  it.each([0, -1, 1.5, NaN])('refuses a depth of %d when it is called', (depth) => {
    expect(() => reader(depth)).toThrow('Expected `depth` to be an integer');
  });

  it('gives or drops each value once, keeps order, never gives an old one for a newer one, and holds `depth`', async () => {
    const steps = fc.array(
      fc.oneof(
        fc.integer({ min: 1, max: 5 }).map((count) => ({ push: count })),
        fc.constant('take' as const),
      ),
      { maxLength: 40 },
    );
    const ends = fc.constantFrom<'complete' | 'fail' | 'return'>('complete', 'fail', 'return');
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 4 }), steps, ends, async (depth, all, how) => {
        const { values, dropped, push, ...from } = reader(depth);
        let made = 0;
        const given: number[] = [];
        const next = async (): Promise<IteratorResult<number>> => {
          const result = await values.next();
          if (result.done !== true) given.push(result.value);
          return result;
        };
        const first = next();
        await push((made += 1));
        await first;
        let waiting = 0;
        // What is given is the oldest of the newest `depth`.
        const due = [1];
        for (const step of all) {
          if (step === 'take') {
            if (waiting === 0) continue;
            due.push(made - waiting + 1);
            await next();
            waiting -= 1;
          } else {
            await push(...Array.from({ length: step.push }, () => (made += 1)));
            waiting = Math.min(depth, waiting + step.push);
          }
          expect(made).toBe(given.length + dropped.length + waiting);
        }
        expect(given).toEqual(due);
        let end: unknown;
        if (how === 'return') {
          from.stop.abort();
          await values.return(undefined);
        } else {
          from[how]();
          for (; waiting > 0; waiting -= 1) await next();
          end = await next().catch((thrown: unknown) => thrown);
        }
        expect(end).toEqual({ complete: { done: true, value: undefined }, fail: error, return: undefined }[how]);
        const everyone = Array.from({ length: made }, (_, place) => place + 1);
        expect([...given, ...dropped].sort((a, b) => a - b)).toEqual(everyone);
        expect(given).toEqual(given.toSorted((a, b) => a - b));
        expect(dropped).toEqual(dropped.toSorted((a, b) => a - b));
        expect(from.seen.isLeft).toBe(true);
      }),
      { numRuns: 60 },
    );
  });
});
