import {
  asapScheduler,
  bufferCount,
  concatMap,
  count,
  delay,
  filter,
  from,
  lastValueFrom,
  map,
  mergeMap,
  type Observable,
  of,
  range,
  scheduled,
  tap,
} from 'rxjs';
import { batchWhileBusy } from '../../src/flow/batch-while-busy.ts';
import { Credits } from '../../src/flow/credits.ts';
import { dropOldest } from '../../src/flow/drop-oldest.ts';
import { leased } from '../../src/flow/leased.ts';
import { pull } from '../../src/flow/pull.ts';
import { takeTurns } from '../../src/flow/take-turns.ts';

/** Reads so many values to the end, and says how many came out or were told to be dropped. */
export type Drain = (items: number) => Promise<number>;

/** Values that were taken from a source and are not done with. */
export class InFlight {
  #now = 0;
  /** Most at once. */
  most = 0;

  /** A source that gives what it is asked for at once, and counts it. */
  async *take(items: number, reserve?: (amount: number) => Promise<void>): AsyncGenerator<number> {
    for (let item = 0; item < items; item += 1) {
      if (reserve) await reserve(1);
      this.#now += 1;
      this.most = Math.max(this.most, this.#now);
      yield item;
    }
  }

  /** One of them is done with. */
  readonly done = (): void => {
    this.#now -= 1;
  };
}

/** An operator of `src/flow` and the RxJS operator nearest to it. */
export interface FlowContest {
  /** The operator of RxJS. */
  readonly rxjs: string;
  /** The same trivial work through both. */
  readonly ours: Drain;
  readonly plain: Drain;
  /** Most values that may be in flight. */
  readonly budget: number;
  /** The same slow work through both, from a source that gives as fast as it is asked. */
  readonly oursInFlight: (items: number, inFlight: InFlight) => Promise<unknown>;
  readonly plainInFlight: (items: number, inFlight: InFlight) => Promise<unknown>;
}

const budget = 8;
const batch = 16;
const slots = 2;
const askers = 64;
const depth = 2;

const noLease: Disposable = { [Symbol.dispose]: () => undefined };
const work = (item: number): number => item + 1;

/** Slow work: a timer of a few milliseconds, not the same for each value. */
function slow(item: number): Observable<number> {
  return of(item).pipe(delay((item * 7) % 3));
}

/** Places such that within each window the last comes first. */
function placeOf(item: number, items: number): number {
  const first = item - (item % budget);
  return first + Math.min(first + budget, items) - 1 - item;
}

async function* numbers(items: number, reserve?: (amount: number) => Promise<void>): AsyncGenerator<number> {
  for (let item = 0; item < items; item += 1) {
    if (reserve) await reserve(1);
    yield item;
  }
}

/** Counts the values, so that nothing is kept. */
function drain(source: Observable<unknown>): Promise<number> {
  return lastValueFrom(source.pipe(count()));
}

/** Values through `journey` on credit for so many. */
function onCredit(
  { items, credit, inFlight }: { items: number; credit: number; inFlight: InFlight },
  journey: (source: Observable<number>) => Observable<unknown>,
): Promise<unknown> {
  const values$ = pull({ open: ({ reserve }) => inFlight.take(items, reserve), credits: new Credits(credit) });
  return drain(values$.pipe(leased((value$) => journey(value$).pipe(tap({ finalize: inFlight.done })))));
}

const asap = (values: readonly number[]): Observable<readonly number[]> => scheduled([values], asapScheduler);
const slowBatch = (values: readonly number[]): Observable<readonly number[]> => of(values).pipe(delay(1));

/** Every operator of `src/flow` through which values go. */
export const flowContests: Readonly<Record<string, FlowContest>> = {
  'pull + credits': {
    rxjs: 'from',
    budget,
    ours: (items) => {
      const credits = new Credits(budget);
      const values$ = pull({ open: ({ reserve }) => numbers(items, reserve), credits });
      return drain(values$.pipe(tap(({ lease }) => lease[Symbol.dispose]())));
    },
    plain: (items) => drain(from(numbers(items))),
    oursInFlight: (items, inFlight) => onCredit({ items, credit: budget, inFlight }, mergeMap(slow)),
    plainInFlight: (items, inFlight) =>
      drain(from(inFlight.take(items)).pipe(mergeMap(slow, budget), tap(inFlight.done))),
  },
  leased: {
    rxjs: 'mergeMap',
    budget,
    ours: (items) =>
      drain(
        range(0, items).pipe(
          map((value) => ({ value, lease: noLease })),
          leased(map(work)),
        ),
      ),
    plain: (items) => drain(range(0, items).pipe(mergeMap((value) => of(value).pipe(map(work))))),
    // Half of the values are dropped on the way: their credit comes back too.
    oursInFlight: (items, inFlight) =>
      onCredit({ items, credit: budget, inFlight }, (value$) =>
        value$.pipe(
          filter((value) => value % 2 === 0),
          mergeMap(slow),
        ),
      ),
    plainInFlight: (items, inFlight) =>
      drain(
        from(inFlight.take(items)).pipe(
          mergeMap((value) => slow(value)),
          tap(inFlight.done),
        ),
      ),
  },
  batchWhileBusy: {
    rxjs: 'bufferCount + mergeMap',
    budget: askers,
    ours: (items) => {
      const ask = batchWhileBusy<number, number>({ key: () => 0, maxBatch: batch, slots, run: asap });
      return drain(range(0, items).pipe(mergeMap(ask, askers)));
    },
    plain: (items) =>
      drain(
        range(0, items).pipe(
          bufferCount(batch),
          mergeMap(asap, slots),
          mergeMap((all) => all),
        ),
      ),
    oursInFlight: (items, inFlight) => {
      const ask = batchWhileBusy<number, number>({ key: () => 0, maxBatch: batch, slots, run: slowBatch });
      return onCredit({ items, credit: askers, inFlight }, mergeMap(ask));
    },
    plainInFlight: (items, inFlight) =>
      drain(
        from(inFlight.take(items)).pipe(
          bufferCount(batch),
          mergeMap(slowBatch, slots),
          mergeMap((all) => all),
          tap(inFlight.done),
        ),
      ),
  },
  takeTurns: {
    rxjs: 'concatMap',
    budget,
    ours: (items) => {
      const turn = takeTurns((value: number) => of(work(value)));
      return drain(range(0, items).pipe(mergeMap((item) => turn(placeOf(item, items), item))));
    },
    plain: (items) => drain(range(0, items).pipe(concatMap((item) => of(work(item))))),
    oursInFlight: (items, inFlight) => {
      const turn = takeTurns(slow);
      return onCredit(
        { items, credit: budget, inFlight },
        mergeMap((item) => slow(item).pipe(mergeMap(() => turn(item, item)))),
      );
    },
    plainInFlight: (items, inFlight) =>
      drain(from(inFlight.take(items)).pipe(mergeMap(slow, budget), concatMap(slow), tap(inFlight.done))),
  },
  dropOldest: {
    rxjs: 'from + concatMap',
    // Those that wait, one that comes in, and one that is being looked at.
    budget: depth + 2,
    ours: async (items) => {
      let count = 0;
      const onDrop = (): void => void (count += 1);
      for await (const value of dropOldest(numbers(items), { depth, onDrop })) count += Math.sign(work(value));
      return count;
    },
    plain: (items) => drain(from(numbers(items)).pipe(concatMap((item) => of(work(item))))),
    oursInFlight: async (items, inFlight) => {
      for await (const value of dropOldest(inFlight.take(items), { depth, onDrop: inFlight.done })) {
        await drain(slow(value));
        inFlight.done();
      }
    },
    plainInFlight: (items, inFlight) => drain(from(inFlight.take(items)).pipe(concatMap(slow), tap(inFlight.done))),
  },
};
