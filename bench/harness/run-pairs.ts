import { runRounds } from './run-rounds.ts';
import { type Cost, type Pair } from './spread.ts';

/** What is compared. */
export interface RunPairsOptions {
  readonly match: () => Promise<Cost>;
  readonly other: () => Promise<Cost>;
  /** Pairs that count. */
  readonly runs: number;
  /** Lets the first round count too, where times do not matter: in tests. @defaultValue `false` */
  readonly countFirst?: boolean | undefined;
  /** Told of each pair; number 0 is the one that warms up. */
  readonly onPair: (pair: Pair, number: number) => void;
}

/** The pairs of a comparison. */
export interface RunPairs {
  /** The first run of each: files come from the disk, and it counts in no ratio, but for `countFirst`. */
  readonly warmUp: Pair;
  readonly pairs: readonly Pair[];
}

/** Runs two programs in turn, A B A B, so that what else the machine does meets both. */
export async function runPairs({ match, other, runs, countFirst, onPair }: RunPairsOptions): Promise<RunPairs> {
  const { warmUp, rounds } = await runRounds({ each: { match, other }, runs, countFirst, onRound: onPair });
  return { warmUp, pairs: rounds };
}
