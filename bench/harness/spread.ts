import { quantile } from '../../src/matching/quantile.ts';

/** Median and quartiles of some measurements. */
export interface Spread {
  readonly median: number;
  /** The 0.25 and 0.75 quantiles, with linear interpolation. */
  readonly quartiles: readonly [number, number];
  readonly n: number;
}

/** What a run of a whole process tree cost. */
export interface Cost {
  readonly wallSeconds: number;
  /** User and system time of the process and of all that it started and waited for. */
  readonly cpuSeconds: number;
}

/** Two runs that directly followed each other, so that both met the same machine. */
export interface Pair {
  readonly match: Cost;
  readonly other: Cost;
}

/**
 * Summarises measurements.
 *
 * @throws TypeError when there are none.
 */
export function spreadOf(values: readonly number[]): Spread {
  return {
    median: quantile(values, 0.5),
    quartiles: [quantile(values, 0.25), quantile(values, 0.75)],
    n: values.length,
  };
}

/** One cost over the other, pair by pair: never the ratio of two medians. */
export function ratiosOf(pairs: readonly Pair[], over: 'match' | 'other', cost: keyof Cost): Spread {
  return spreadOf(
    pairs.map(({ match, other }) => (over === 'match' ? other[cost] / match[cost] : match[cost] / other[cost])),
  );
}
