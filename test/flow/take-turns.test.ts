import fc from 'fast-check';
import {
  concat,
  EMPTY,
  finalize,
  mergeMap,
  NEVER,
  type Observable,
  of,
  range,
  Subject,
  take,
  throwError,
  timer,
} from 'rxjs';
import { describe, expect, it } from 'vitest';
import { takeTurns } from '../../src/flow/take-turns.ts';
import { marbles } from '../helpers/marbles.ts';

const error = new Error('broken');

describe('takeTurns', () => {
  it.each([
    {
      what: 'a value whose turn it is at once',
      at: [0],
      runs: ['ab|'],
      out: ['ab|'],
      subs: ['^-!'],
    },
    {
      what: 'a later place when the earlier one is complete',
      at: [0, 1],
      runs: ['--a|', 'b|'],
      out: ['--a|', '---b|'],
      subs: ['^--!', '---^!'],
    },
    {
      what: 'places by their number, whatever the order in which they come',
      at: [4, 2, 0],
      runs: ['a|', 'b|', 'c|'],
      out: ['----a|', '-----b|', '------c|'],
      subs: ['----^!', '-----^!', '------^!'],
    },
    {
      what: 'the next place after one that fails, whose error is its own',
      at: [0, 0],
      runs: ['-a-#', 'b|'],
      out: ['-a-#', '---b|'],
      subs: ['^--!', '---^!'],
    },
    {
      what: 'the next place after one that is unsubscribed while it runs',
      at: [0, 1, 1],
      runs: ['-a---', 'b|', 'c|'],
      stop: ['---!'],
      out: ['-a--', '---b|', '----c|'],
      subs: ['^--!', '---^!', '----^!'],
    },
    {
      what: 'nothing of a place that is unsubscribed while it waits, and passes it over',
      at: [0, 1, 1],
      runs: ['----a|', 'b|', 'c|'],
      stop: [null, '--!'],
      out: ['----a|', '-', '-----c|'],
      subs: ['^----!', [], '-----^!'],
    },
    {
      what: 'the next place after several that were given up in any order',
      at: [1, 0, 0, 0],
      runs: ['-a|', 'b|', 'c|', 'd|'],
      stop: [null, '--!', '-!'],
      out: ['--a|', '-', '-', '---d|'],
      subs: ['-^-!', [], [], '---^!'],
    },
    {
      what: 'a place that comes after those before it were given up',
      at: [0, 1, 5],
      runs: ['---a|', 'b|', 'c|'],
      stop: [null, '--!'],
      out: ['---a|', '-', '-----c|'],
      subs: ['^---!', [], '-----^!'],
    },
    {
      what: 'nothing for a place whose turn does not come',
      at: [0, 0],
      runs: ['a-', 'b|'],
      out: ['a-', '-'],
      subs: ['^', []],
    },
    {
      what: 'the next place after one that has nothing to say',
      at: [0, 0],
      runs: ['|', 'b|'],
      out: ['|', 'b|'],
      subs: ['(^!)', '^!'],
    },
  ])('runs $what', ({ at, runs, stop = [], out, subs }) => {
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const sources = runs.map((run) => cold(run, undefined, error));
      const inTurn = takeTurns((place: number) => sources[place] ?? NEVER);
      // `expectObservable` subscribes at the start of time; the place comes to its turn later.
      for (const [place, comesAt] of at.entries()) {
        const result = timer(comesAt).pipe(mergeMap(() => inTurn(place, place)));
        expectObservable(result, stop[place] ?? null).toBe(out[place] ?? '', undefined, error);
        expectSubscriptions(sources[place]?.subscriptions ?? []).toBe(subs[place] ?? []);
      }
    });
  });

  it('gives what `run` throws to whoever brought the value, and goes on', () => {
    marbles(({ expectObservable }) => {
      const inTurn = takeTurns((value: string) => {
        if (value === 'bad') throw error;
        return of(value);
      });
      expectObservable(inTurn(0, 'bad')).toBe('#', undefined, error);
      expectObservable(inTurn(1, 'b')).toBe('(b|)');
    });
  });

  it('calls `run` only when it is the turn of the value', () => {
    const called: number[] = [];
    const first = new Subject<never>();
    const inTurn = takeTurns((place: number) => {
      called.push(place);
      return place === 0 ? first : EMPTY;
    });
    inTurn(1, 1).subscribe();
    inTurn(0, 0).subscribe();
    inTurn(2, 2);
    expect(called).toEqual([0]);
    first.complete();
    expect(called).toEqual([0, 1]);
  });

  it('lets the receiver finish with one place before the next begins', () => {
    const steps: string[] = [];
    const inTurn = takeTurns((place: number) => {
      steps.push(`begin ${place}`);
      return of(place);
    });
    const listen = (place: number): void => {
      inTurn(place, place).subscribe({
        next: () => steps.push(`take ${place}`),
        complete: () => steps.push(`end ${place}`),
      });
    };
    listen(1);
    listen(0);
    expect(steps).toEqual(['begin 0', 'take 0', 'end 0', 'begin 1', 'take 1', 'end 1']);
  });

  it('serves a place that is brought by the end of the one before', () => {
    const seen: number[] = [];
    const inTurn = takeTurns((place: number) => of(place));
    const bring = (place: number): void => {
      inTurn(place, place).subscribe({
        next: (value) => seen.push(value),
        complete: () => place < 5 && bring(place + 1),
      });
    };
    bring(0);
    expect(seen).toEqual([0, 1, 2, 3, 4, 5]);
  });

  it.each([
    { what: 'complete', run: (place: number): Observable<number> => of(place), told: 20_000 },
    { what: 'fail', run: (): Observable<number> => throwError(() => error), told: 0 },
  ])('does not grow the stack by places that wait and $what at once', ({ run, told }) => {
    const count = 20_000;
    const first = new Subject<number>();
    const inTurn = takeTurns((place: number) => (place === 0 ? concat(first, run(0)) : run(place)));
    let values = 0;
    let failures = 0;
    for (let place = 0; place < count; place += 1) {
      inTurn(place, place).subscribe({
        next: () => (values += 1),
        error: (thrown) => (failures += Number(thrown === error)),
      });
    }
    expect([values, failures]).toEqual([0, 0]);
    first.complete();
    expect([values, failures]).toEqual([told, count - told]);
  });

  it('passes over places that were given up by the thousand', () => {
    const first = new Subject<number>();
    const inTurn = takeTurns((place: number) => (place === 0 ? first : of(place)));
    inTurn(0, 0).subscribe();
    for (let place = 1; place < 20_000; place += 1) inTurn(place, place).subscribe().unsubscribe();
    let seen: number | undefined;
    inTurn(20_000, 20_000).subscribe((value) => (seen = value));
    first.complete();
    expect(seen).toBe(20_000);
  });

  it('stops a synchronous run when it is unsubscribed, and goes on', () => {
    let made = 0;
    const inTurn = takeTurns((place: number) => range(0, 1000).pipe(mergeMap(() => [(made += 1), place])));
    const seen: number[] = [];
    inTurn(0, 0).pipe(take(2)).subscribe();
    inTurn(1, 7)
      .pipe(take(2))
      .subscribe((value) => seen.push(value));
    expect({ made, seen }).toEqual({ made: 2, seen: [2, 7] });
  });

  it('begins a run of its own for each function that is made', () => {
    const make = (): ((place: number, value: string) => Observable<string>) => takeTurns((value: string) => of(value));
    marbles(({ expectObservable }) => {
      expectObservable(make()(0, 'a')).toBe('(a|)');
      expectObservable(make()(0, 'b')).toBe('(b|)');
    });
  });

  it('runs every place that stays, one at a time and by number, whatever comes when and whoever leaves', () => {
    const plan = fc.array(
      fc.record({
        comesAt: fc.nat(20),
        takes: fc.nat(5),
        how: fc.constantFrom<'complete' | 'fail'>('complete', 'fail'),
        leavesAt: fc.option(fc.nat(40), { nil: undefined }),
      }),
      { maxLength: 12 },
    );
    fc.assert(
      fc.property(plan, (places) => {
        const begun: number[] = [];
        const left = new Set<number>();
        let running = 0;
        let most = 0;
        marbles(() => {
          const inTurn = takeTurns((place: number) => {
            begun.push(place);
            running += 1;
            most = Math.max(most, running);
            const { takes, how } = places[place]!;
            return (takes === 0 ? of(0) : timer(takes)).pipe(
              mergeMap(() => (how === 'fail' ? throwError(() => error) : of(place))),
              finalize(() => (running -= 1)),
            );
          });
          for (const [place, { comesAt, leavesAt }] of places.entries()) {
            timer(comesAt).subscribe(() => {
              const subscription = inTurn(place, place).subscribe({ error: () => undefined });
              if (leavesAt === undefined) return;
              timer(leavesAt).subscribe(() => {
                if (!subscription.closed) left.add(place);
                subscription.unsubscribe();
              });
            });
          }
        });
        expect(begun).toEqual(begun.toSorted((a, b) => a - b));
        expect(most).toBeLessThanOrEqual(1);
        expect(running).toBe(0);
        const stayed = places.map((_, place) => place).filter((place) => !left.has(place));
        expect(begun.filter((place) => !left.has(place))).toEqual(stayed);
      }),
    );
  });
});
