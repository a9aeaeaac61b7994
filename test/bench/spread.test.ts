import { describe, expect, it } from 'vitest';
import { summarise } from '../../bench/harness/results.ts';
import { runPairs } from '../../bench/harness/run-pairs.ts';
import { ratioOf, runRounds } from '../../bench/harness/run-rounds.ts';
import { type Cost, type Pair, ratiosOf, spreadOf } from '../../bench/harness/spread.ts';

function cost(wallSeconds: number, cpuSeconds = wallSeconds): Cost {
  return { wallSeconds, cpuSeconds };
}

const pairs: readonly Pair[] = [
  { match: cost(1), other: cost(10) },
  { match: cost(2), other: cost(30) },
  { match: cost(4), other: cost(20) },
];

describe('spreadOf', () => {
  it.each([
    { values: [7], median: 7, quartiles: [7, 7] },
    { values: [3, 1], median: 2, quartiles: [1.5, 2.5] },
    { values: [5, 1, 4, 2, 3], median: 3, quartiles: [2, 4] },
  ])('of $values', ({ values, median, quartiles }) => {
    expect(spreadOf(values)).toEqual({ median, quartiles, n: values.length });
  });

  it('refuses nothing at all', () => {
    expect(() => spreadOf([])).toThrow(TypeError);
  });
});

describe('ratiosOf', () => {
  it('divides pair by pair, not median by median', () => {
    expect(ratiosOf(pairs, 'match', 'wallSeconds')).toEqual({ median: 10, quartiles: [7.5, 12.5], n: 3 });
    expect(ratiosOf(pairs, 'other', 'wallSeconds').median).toBe(0.1);
  });

  it('tells wall from CPU', () => {
    const pair = { match: cost(1, 2), other: cost(3, 8) };
    expect(summarise([pair], 'match')).toEqual({
      wallRatio: { median: 3, quartiles: [3, 3], n: 1 },
      cpuRatio: { median: 4, quartiles: [4, 4], n: 1 },
      match: {
        wallSeconds: { median: 1, quartiles: [1, 1], n: 1 },
        cpuSeconds: { median: 2, quartiles: [2, 2], n: 1 },
      },
      other: {
        wallSeconds: { median: 3, quartiles: [3, 3], n: 1 },
        cpuSeconds: { median: 8, quartiles: [8, 8], n: 1 },
      },
    });
  });
});

describe('runPairs', () => {
  it('runs in turn, and keeps the warm-up apart', async () => {
    const order: string[] = [];
    const run = (name: string) => (): Promise<Cost> => Promise.resolve(cost(order.push(name)));
    const told: number[] = [];
    const result = await runPairs({
      match: run('match'),
      other: run('other'),
      runs: 2,
      onPair: (_, number) => told.push(number),
    });
    expect(order).toEqual(['match', 'other', 'match', 'other', 'match', 'other']);
    expect(result).toEqual({
      warmUp: { match: cost(1), other: cost(2) },
      pairs: [
        { match: cost(3), other: cost(4) },
        { match: cost(5), other: cost(6) },
      ],
    });
    expect(told).toEqual([0, 1, 2]);
  });
});

describe('runRounds', () => {
  it('lets the first round count where it is told to', async () => {
    let number = 0;
    const next = (): Promise<number> => Promise.resolve((number += 1));
    expect(await runRounds({ each: { a: next }, runs: 2, countFirst: true })).toEqual({
      warmUp: { a: 1 },
      rounds: [{ a: 1 }, { a: 2 }],
    });
  });

  it('divides round by round', async () => {
    let number = 0;
    const next = (): Promise<Cost> => Promise.resolve(cost((number += 1)));
    const { warmUp, rounds } = await runRounds({ each: { a: next, b: next, c: next }, runs: 2 });
    expect(warmUp).toEqual({ a: cost(1), b: cost(2), c: cost(3) });
    expect(rounds.map(({ a, b, c }) => [a, b, c].map(({ wallSeconds }) => wallSeconds))).toEqual([
      [4, 5, 6],
      [7, 8, 9],
    ]);
    expect(ratioOf(rounds, ['c', 'a'], 'wallSeconds').quartiles).toEqual([
      9 / 7 + (6 / 4 - 9 / 7) / 4,
      expect.closeTo(6 / 4 - (6 / 4 - 9 / 7) / 4),
    ]);
  });
});
