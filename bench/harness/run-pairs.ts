import { type Cost, type Pair } from './spread.ts';

/** What is compared. */
export interface RunPairsOptions {
  readonly match: () => Promise<Cost>;
  readonly other: () => Promise<Cost>;
  /** Pairs that count. */
  readonly runs: number;
  /** Told of each pair; number 0 is the one that warms up. */
  readonly onPair: (pair: Pair, number: number) => void;
}

/** The pairs of a comparison. */
export interface RunPairs {
  /** The first run of each: files come from the disk, and it counts in no ratio. */
  readonly warmUp: Pair;
  readonly pairs: readonly Pair[];
}

/** Runs two programs in turn, A B A B, so that what else the machine does meets both. */
export async function runPairs({ match, other, runs, onPair }: RunPairsOptions): Promise<RunPairs> {
  const pair = async (number: number): Promise<Pair> => {
    const both = { match: await match(), other: await other() };
    onPair(both, number);
    return both;
  };
  const warmUp = await pair(0);
  const pairs: Pair[] = [];
  for (let number = 1; number <= runs; number += 1) pairs.push(await pair(number));
  return { warmUp, pairs };
}
