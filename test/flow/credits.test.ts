import fc from 'fast-check';
import { map, mergeMap, type Observable, type Subscription, tap, timer } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { Credits } from '../../src/flow/credits.ts';
import { marbles } from '../helpers/marbles.ts';

/** Asks for `amount` at `askAt` and gives it back `holdMs` after it was granted; emits a letter when granted. */
interface Use {
  readonly name: string;
  readonly askAt: number;
  readonly amount: number;
  readonly holdMs: number;
}

function use(credits: Credits, { name, askAt, amount, holdMs }: Use): Observable<string> {
  return timer(askAt).pipe(
    mergeMap(() => credits.take(amount)),
    tap((lease) => timer(holdMs).subscribe(() => lease[Symbol.dispose]())),
    map(() => name),
  );
}

describe('Credits', () => {
  it.each<{ why: string; uses: readonly Use[]; out: readonly string[]; peak: number }>([
    {
      why: 'at once while there is enough',
      uses: [
        { name: 'a', askAt: 0, amount: 4, holdMs: 9 },
        { name: 'b', askAt: 1, amount: 6, holdMs: 9 },
      ],
      out: ['(a|)', '-(b|)'],
      peak: 10,
    },
    {
      why: 'when enough has come back',
      uses: [
        { name: 'a', askAt: 0, amount: 8, holdMs: 5 },
        { name: 'b', askAt: 1, amount: 3, holdMs: 1 },
      ],
      out: ['(a|)', '-----(b|)'],
      peak: 8,
    },
    {
      why: 'in the order of the requests, although a later one would fit',
      uses: [
        { name: 'a', askAt: 0, amount: 8, holdMs: 5 },
        { name: 'b', askAt: 1, amount: 9, holdMs: 3 },
        { name: 'c', askAt: 2, amount: 1, holdMs: 1 },
      ],
      out: ['(a|)', '-----(b|)', '-----(c|)'],
      peak: 10,
    },
    {
      why: 'more than there is, alone, when all has come back',
      uses: [
        { name: 'a', askAt: 0, amount: 1, holdMs: 4 },
        { name: 'b', askAt: 1, amount: 99, holdMs: 3 },
        { name: 'c', askAt: 2, amount: 1, holdMs: 1 },
      ],
      out: ['(a|)', '----(b|)', '-------(c|)'],
      peak: 99,
    },
    {
      why: 'nothing at all, which costs nothing',
      uses: [{ name: 'a', askAt: 2, amount: 0, holdMs: 1 }],
      out: ['--(a|)'],
      peak: 0,
    },
  ])('grants $why', ({ uses, out, peak }) => {
    const credits = new Credits(10);
    marbles(({ expectObservable }) => {
      for (const [place, one] of uses.entries()) expectObservable(use(credits, one)).toBe(out[place] ?? '');
    });
    expect(credits.peak).toBe(peak);
    expect(credits.inUse).toBe(0);
  });

  it('takes a lease back once, however often it is disposed', () => {
    const credits = new Credits(10);
    credits.take(4).subscribe();
    credits.take(6).subscribe((lease) => {
      lease[Symbol.dispose]();
      lease[Symbol.dispose]();
    });
    expect(credits.inUse).toBe(4);
  });

  it('serves those behind a large request that is withdrawn', () => {
    const credits = new Credits(10);
    credits.take(5).subscribe();
    const large = credits.take(8).subscribe();
    let isServed = false;
    credits.take(5).subscribe(() => {
      isServed = true;
    });
    expect(isServed).toBe(false);
    large.unsubscribe();
    expect(isServed).toBe(true);
    expect(credits.inUse).toBe(10);
  });

  it.each([0, -1, 1.5, NaN])('refuses a total of %d', (total) => {
    expect(() => new Credits(total)).toThrow(TypeError);
  });

  it.each([-1, 0.5, Infinity])('refuses a request for %d when it is made', (amount) => {
    expect(() => new Credits(1).take(amount)).toThrow('Expected `amount` to be an integer');
  });

  it('is never over `max(total, one request)`, first come first served, and gets everything back', () => {
    const total = 20;
    const steps = fc.array(
      fc.oneof(
        fc.record({ kind: fc.constant('ask' as const), amount: fc.integer({ min: 0, max: 30 }) }),
        fc.record({ kind: fc.constant('end' as const), which: fc.nat(50) }),
      ),
    );
    fc.assert(
      fc.property(steps, (all) => {
        const credits = new Credits(total);
        const asked: { lease?: Disposable; amount: number; subscription?: Subscription }[] = [];
        const granted: number[] = [];
        for (const step of all) {
          if (step.kind === 'ask') {
            const request: (typeof asked)[number] = { amount: step.amount };
            const number = asked.push(request) - 1;
            request.subscription = credits.take(step.amount).subscribe((lease) => {
              request.lease = lease;
              granted.push(number);
            });
          } else {
            const one = asked[step.which % Math.max(1, asked.length)];
            one?.subscription?.unsubscribe();
            one?.lease?.[Symbol.dispose]();
          }
          const largest = Math.max(0, ...asked.filter(({ lease }) => lease).map(({ amount }) => amount));
          expect(credits.inUse).toBeLessThanOrEqual(Math.max(total, largest));
        }
        expect(granted).toEqual(granted.toSorted((a, b) => a - b));
        for (const { subscription, lease } of asked) {
          subscription?.unsubscribe();
          lease?.[Symbol.dispose]();
        }
        expect(credits.inUse).toBe(0);
        let isFree = false;
        credits.take(total).subscribe(() => {
          isFree = true;
        });
        expect(isFree).toBe(true);
      }),
    );
  });
});
