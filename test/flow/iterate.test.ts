import fc from 'fast-check';
import { concat, EMPTY, from, NEVER, Observable, of, Subject, throwError } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { iterate } from '../../src/flow/iterate.ts';

const error = new Error('broken');

/** Lets everything happen that is not waiting for us. */
const settle = (): Promise<void> => new Promise((resolve) => void setImmediate(resolve));

async function takeAll<T>(values: AsyncIterable<T>): Promise<{ readonly taken: readonly T[]; readonly end: unknown }> {
  const taken: T[] = [];
  try {
    for await (const value of values) taken.push(value);
  } catch (thrown) {
    return { taken, end: thrown };
  }
  return { taken, end: 'complete' };
}

function watched<T>(source = new Subject<T>()) {
  const stop = new AbortController();
  return { source, stop, values: iterate(source, stop.signal) };
}

describe('iterate', () => {
  it.each([
    { what: 'every value of a synchronous source', source: of(1, 2, 3), taken: [1, 2, 3], end: 'complete' },
    { what: 'nothing of an empty source', source: EMPTY, taken: [], end: 'complete' },
    {
      what: 'what came before an error, then the error',
      source: concat(
        of(1, 2),
        throwError(() => error),
      ),
      taken: [1, 2],
      end: error,
    },
    { what: 'the error of a source that fails at once', source: throwError(() => error), taken: [], end: error },
    { what: 'an error that is undefined', source: throwError(() => undefined), taken: [], end: undefined },
  ])('gives $what', async ({ source, taken, end }) => {
    const { signal } = new AbortController();
    await expect(takeAll<number>(iterate(source, signal))).resolves.toEqual({ taken, end });
  });

  it('subscribes when the first value is asked for, once', async () => {
    let subscribed = 0;
    const source = new Observable<number>((subscriber) => {
      subscribed += 1;
      subscriber.next(1);
      subscriber.next(2);
    });
    const values = iterate(source, new AbortController().signal);
    expect(subscribed).toBe(0);
    await values.next();
    await values.next();
    expect(subscribed).toBe(1);
  });

  it('waits for a value, and keeps what comes faster than it is taken', async () => {
    const { source, values } = watched<number>();
    const first = values.next();
    await settle();
    source.next(1);
    source.next(2);
    source.next(3);
    expect((await first).value).toBe(1);
    expect([(await values.next()).value, (await values.next()).value]).toEqual([2, 3]);
    const fourth = values.next();
    await settle();
    source.next(4);
    expect((await fourth).value).toBe(4);
    const end = values.next();
    await settle();
    source.complete();
    expect((await end).done).toBe(true);
  });

  it('fails while it is waited for', async () => {
    const { source, values } = watched<number>();
    const next = values.next();
    await settle();
    source.error(error);
    await expect(next).rejects.toBe(error);
  });

  it('ends and unsubscribes when the signal aborts while it waits', async () => {
    const { source, stop, values } = watched<number>();
    const next = values.next();
    await settle();
    expect(source.observed).toBe(true);
    stop.abort();
    expect((await next).done).toBe(true);
    expect(source.observed).toBe(false);
  });

  it('gives nothing of what waits once the signal has aborted', async () => {
    const { source, stop, values } = watched<number>();
    const next = values.next();
    await settle();
    source.next(1);
    source.next(2);
    await next;
    stop.abort();
    expect((await values.next()).done).toBe(true);
    expect(source.observed).toBe(false);
  });

  it('fails as its source did before the signal aborted', async () => {
    const { source, stop, values } = watched<number>();
    const next = values.next();
    source.next(1);
    source.next(2);
    await next;
    source.error(error);
    stop.abort();
    await expect(values.next()).rejects.toBe(error);
  });

  it('does not subscribe when the signal has aborted before', async () => {
    let subscribed = 0;
    const source = new Observable<number>(() => void (subscribed += 1));
    expect(await iterate(source, AbortSignal.abort()).next()).toEqual({ done: true, value: undefined });
    expect(subscribed).toBe(0);
  });

  it('unsubscribes when its consumer leaves', async () => {
    const { source, values } = watched<number>();
    const next = values.next();
    await settle();
    source.next(1);
    source.next(2);
    await next;
    await values.return(undefined);
    expect(source.observed).toBe(false);
    expect((await values.next()).done).toBe(true);
  });

  it('hears `return()` while it waits once the signal aborts', async () => {
    const { source, stop, values } = watched<number>();
    const next = values.next();
    const end = values.return(undefined);
    await settle();
    stop.abort();
    expect([(await next).done, (await end).done]).toEqual([true, true]);
    expect(source.observed).toBe(false);
  });

  it.each([
    { what: 'ends', source: of(1) },
    { what: 'fails', source: throwError(() => error) },
  ])('leaves no listener behind when the source $what', async ({ source }) => {
    const { signal } = new AbortController();
    const listeners = countListeners(signal);
    await takeAll<number>(iterate(source, signal));
    expect(listeners()).toBe(0);
  });

  it('listens to the signal while it waits', async () => {
    const stop = new AbortController();
    const listeners = countListeners(stop.signal);
    const next = iterate(NEVER, stop.signal).next();
    await settle();
    expect(listeners()).toBe(1);
    stop.abort();
    await next;
  });

  it('gives every value in order, whatever is pushed and taken when, and nothing after an abort', async () => {
    const steps = fc.array(fc.oneof(fc.integer({ min: 1, max: 4 }), fc.constant('take' as const)), { maxLength: 30 });
    const ends = fc.constantFrom<'complete' | 'error' | 'abort'>('complete', 'error', 'abort');
    await fc.assert(
      fc.asyncProperty(steps, ends, async (all, how) => {
        const { source, stop, values } = watched<number>();
        let made = 0;
        const taken: number[] = [];
        const take = async (): Promise<void> => {
          const { value, done } = await values.next();
          if (done !== true) taken.push(value);
        };
        const first = take();
        source.next((made += 1));
        await first;
        for (const step of all) {
          if (step === 'take') {
            if (taken.length < made) await take();
          } else {
            for (let count = 0; count < step; count += 1) source.next((made += 1));
          }
        }
        const before = taken.length;
        if (how === 'abort') stop.abort();
        else source[how](error);
        const { taken: rest, end } = await takeAll(values);
        expect(end).toBe(how === 'error' ? error : 'complete');
        expect([...taken, ...rest]).toEqual(
          Array.from({ length: how === 'abort' ? before : made }, (_, place) => place + 1),
        );
        expect(source.observed).toBe(false);
      }),
    );
  });

  it('takes a long synchronous source without growing the stack', async () => {
    const many = Array.from({ length: 50_000 }, (_, place) => place);
    const { taken } = await takeAll(iterate(from(many), new AbortController().signal));
    expect(taken).toHaveLength(many.length);
  });
});

/** Counts the listeners that a signal has from now on. */
function countListeners(signal: AbortSignal): () => number {
  let count = 0;
  const add = signal.addEventListener.bind(signal);
  const remove = signal.removeEventListener.bind(signal);
  signal.addEventListener = (...args: Parameters<typeof add>) => {
    count += 1;
    add(...args);
  };
  signal.removeEventListener = (...args: Parameters<typeof remove>) => {
    count -= 1;
    remove(...args);
  };
  return () => count;
}
