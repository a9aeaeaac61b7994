import { lastValueFrom, type Observable, Subscription, take, toArray } from 'rxjs';
import { describe, expect, it, vi } from 'vitest';
import { Credits } from '../../src/flow/credits.ts';
import { type Leased } from '../../src/flow/leased.ts';
import { type Door, pull } from '../../src/flow/pull.ts';
import { StageMeter } from '../../src/flow/stage-meter.ts';

const error = new Error('broken');

/** Values of the given sizes; tells what it has made, and how it was left. */
function sourceOf(sizes: readonly number[], end: 'complete' | 'fail' | 'wait' = 'complete') {
  const seen = { made: 0, isLeft: false, signal: undefined as AbortSignal | undefined };
  async function* open({ reserve, signal }: Door): AsyncGenerator<number> {
    seen.signal = signal;
    try {
      for (const size of sizes) {
        await reserve(size);
        seen.made += 1;
        yield size;
      }
      if (end === 'fail') throw error;
      if (end === 'wait') await new Promise((_, reject) => signal.addEventListener('abort', () => reject(error)));
    } finally {
      seen.isLeft = true;
    }
  }
  return { open, seen };
}

/** Lets everything happen that is not waiting for us. */
const settle = (): Promise<void> => new Promise((resolve) => void setImmediate(resolve));

function collect<T>(source$: Observable<Leased<T>>) {
  const leases: Disposable[] = [];
  const values: T[] = [];
  let end: unknown;
  const subscription = source$.subscribe({
    next: ({ value, lease }) => {
      values.push(value);
      leases.push(lease);
    },
    error: (thrown: unknown) => {
      end = thrown;
    },
    complete: () => {
      end = 'complete';
    },
  });
  return { values, leases, subscription, end: () => end };
}

describe('pull', () => {
  it('makes a value only when there is credit for it', async () => {
    const { open, seen } = sourceOf([4, 4, 4, 4]);
    const credits = new Credits(10);
    const { values, leases, end } = collect(pull({ open, credits }));
    await settle();
    expect({ made: seen.made, values, inUse: credits.inUse }).toEqual({ made: 2, values: [4, 4], inUse: 8 });
    leases[0]?.[Symbol.dispose]();
    await settle();
    expect(seen.made).toBe(3);
    for (let place = 1; place < 4; place += 1) {
      leases[place]?.[Symbol.dispose]();
      await settle();
    }
    expect({ values, end: end(), inUse: credits.inUse }).toEqual({ values: [4, 4, 4, 4], end: 'complete', inUse: 0 });
  });

  it('makes a value that is larger than the budget when it is alone', async () => {
    const { open } = sourceOf([3, 99, 3]);
    const credits = new Credits(10);
    const { values, leases } = collect(pull({ open, credits }));
    await settle();
    expect(values).toEqual([3]);
    leases[0]?.[Symbol.dispose]();
    await settle();
    expect({ values, inUse: credits.inUse }).toEqual({ values: [3, 99], inUse: 99 });
  });

  it('completes with a source that is empty', async () => {
    const { open } = sourceOf([]);
    await expect(lastValueFrom(pull({ open, credits: new Credits(1) }).pipe(toArray()))).resolves.toEqual([]);
  });

  it('fails with the source, and leaves what is out to its receivers', async () => {
    const { open } = sourceOf([1, 1], 'fail');
    const credits = new Credits(10);
    const { end } = collect(pull({ open, credits }));
    await settle();
    expect({ end: end(), inUse: credits.inUse }).toEqual({ end: error, inUse: 2 });
  });

  it('fails when the source cannot be opened', async () => {
    const open = (): never => {
      throw error;
    };
    const { end } = collect(pull({ open, credits: new Credits(1) }));
    await settle();
    expect(end()).toBe(error);
  });

  it('fails for a value without credit', async () => {
    async function* open(): AsyncGenerator<number> {
      yield 1;
    }
    const { end } = collect(pull({ open, credits: new Credits(1) }));
    await settle();
    expect(end()).toEqual(new TypeError('Expected the source to `reserve` before each value, got a value without'));
  });

  it('gives back the credit of a value that was announced and never made', async () => {
    const credits = new Credits(10);
    async function* open({ reserve }: Door): AsyncGenerator<number> {
      await reserve(7);
      await reserve(2);
      yield 2;
      await reserve(5);
    }
    const { end } = collect(pull({ open, credits }));
    await settle();
    expect({ end: end(), inUse: credits.inUse }).toEqual({ end: 'complete', inUse: 2 });
  });

  it.each([
    { what: 'waits for its next value', sizes: [3], end: 'wait' as const, others: 0 },
    { what: 'waits for credit', sizes: [3, 9], end: 'complete' as const, others: 0 },
    { what: 'waits for its first credit', sizes: [9], end: 'complete' as const, others: 5 },
  ])('ends a source that $what when it is unsubscribed', async ({ sizes, end: how, others }) => {
    const { open, seen } = sourceOf(sizes, how);
    const credits = new Credits(10);
    credits.take(others).subscribe();
    const { subscription, leases } = collect(pull({ open, credits }));
    await settle();
    subscription.unsubscribe();
    expect(seen.signal?.aborted).toBe(true);
    await settle();
    for (const lease of leases) lease[Symbol.dispose]();
    expect({ isLeft: seen.isLeft, inUse: credits.inUse }).toEqual({ isLeft: true, inUse: others });
    // Nobody stands in the queue any more.
    let isFree = false;
    credits.take(10 - others).subscribe(() => {
      isFree = true;
    });
    expect(isFree).toBe(true);
  });

  it('calls `return` of a source that is between two values', async () => {
    const { open, seen } = sourceOf([1, 1, 1]);
    const credits = new Credits(10);
    const values = await lastValueFrom(pull({ open, credits }).pipe(take(2), toArray()));
    await settle();
    expect(values.map(({ value }) => value)).toEqual([1, 1]);
    expect({ isLeft: seen.isLeft, made: seen.made, inUse: credits.inUse }).toEqual({ isLeft: true, made: 2, inUse: 2 });
  });

  it('drops a value that comes after the end, with its credit', async () => {
    const credits = new Credits(10);
    let deliver = (): void => {};
    async function* open({ reserve }: Door): AsyncGenerator<number> {
      await reserve(6);
      await new Promise<void>((resolve) => {
        deliver = resolve;
      });
      yield 1;
    }
    const { values, subscription } = collect(pull({ open, credits }));
    await settle();
    expect(credits.inUse).toBe(6);
    subscription.unsubscribe();
    deliver();
    await settle();
    expect({ values, inUse: credits.inUse }).toEqual({ values: [], inUse: 0 });
  });

  it('opens nothing before it is subscribed, and anew for each subscriber', async () => {
    const open = vi.fn<(door: Door) => AsyncIterable<number>>(sourceOf([1]).open);
    const source$ = pull({ open, credits: new Credits(10) });
    expect(open).not.toHaveBeenCalled();
    const both = new Subscription();
    both.add(source$.subscribe());
    both.add(source$.subscribe());
    await settle();
    expect(open).toHaveBeenCalledTimes(2);
  });

  it('tells its meter of the values that are out and of the wait for credit', async () => {
    let now = 0;
    const meter = new StageMeter({ slots: 1, clock: { now: () => now } });
    const { leases } = collect(pull({ open: sourceOf([6, 6]).open, credits: new Credits(10), meter }));
    await settle();
    now = 50;
    leases[0]?.[Symbol.dispose]();
    await settle();
    now = 90;
    leases[1]?.[Symbol.dispose]();
    expect(meter.read()).toMatchObject({ count: 2, peakInFlight: 1, creditWaitMs: 50 });
  });
});
