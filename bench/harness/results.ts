import { type Measured } from './measured.ts';
import { type Cost, type Pair, ratiosOf, type Spread, spreadOf } from './spread.ts';

/** What one program was compared with, and what came of it. */
export interface Comparison extends Measured {
  /** The other program, in a few words. */
  readonly title: string;
  /** How the other's answers were found to be those of `match`. */
  readonly agreement: string;
  /** What each ratio is: the slower program comes first. */
  readonly ratio: string;
  readonly wallRatio: Spread;
  readonly cpuRatio: Spread;
  readonly match: Readonly<Record<keyof Cost, Spread>>;
  readonly other: Readonly<Record<keyof Cost, Spread>>;
  /** Not counted. */
  readonly warmUp: Pair;
  readonly pairs: readonly Pair[];
  /** Parts of what the other costs, by name. */
  readonly parts?: Readonly<Record<string, Readonly<Record<keyof Cost, Spread>>>>;
  /** Anything else worth knowing. */
  readonly notes?: Readonly<Record<string, unknown>>;
}

/** A program that could not be run. */
export interface LeftOut {
  readonly title: string;
  readonly leftOut: string;
}

/** Whether a program was run. */
export function isMeasured<Measured extends Comparison>(one: Measured | LeftOut): one is Measured {
  return !('leftOut' in one);
}

/** A file of `bench/results`. */
export interface PipelineResults {
  readonly scenario: string;
  readonly what: string;
  readonly comparisons: Readonly<Record<string, Comparison | LeftOut>>;
}

/** Everything that is computed from the pairs. */
export function summarise(
  pairs: readonly Pair[],
  over: 'match' | 'other',
): Pick<Comparison, 'wallRatio' | 'cpuRatio' | 'match' | 'other'> {
  return {
    wallRatio: ratiosOf(pairs, over, 'wallSeconds'),
    cpuRatio: ratiosOf(pairs, over, 'cpuSeconds'),
    match: spreadsOf(pairs.map(({ match }) => match)),
    other: spreadsOf(pairs.map(({ other }) => other)),
  };
}

/** Costs of some runs. */
export function spreadsOf(costs: readonly Cost[]): Comparison['match'] {
  return {
    wallSeconds: spreadOf(costs.map(({ wallSeconds }) => wallSeconds)),
    cpuSeconds: spreadOf(costs.map(({ cpuSeconds }) => cpuSeconds)),
  };
}
