import { type Cost, type Spread, spreadOf } from './spread.ts';

/** What each of some contenders gave in one round, in which they ran directly after each other. */
export type Round<Name extends string, Result> = Readonly<Record<Name, Result>>;

/** Options of {@link runRounds}. */
export interface RunRoundsOptions<Name extends string, Result> {
  /** What is run, in this order. */
  readonly each: Readonly<Record<Name, () => Promise<Result>>>;
  /** Rounds that count. */
  readonly runs: number;
  /** Lets the first round count too, where times do not matter: in tests. @defaultValue `false` */
  readonly countFirst?: boolean | undefined;
  /** Told of each round; number 0 is the one that warms up. */
  readonly onRound?: (round: Round<Name, Result>, number: number) => void;
}

/** Rounds of some contenders. */
export interface Rounds<Name extends string, Result> {
  /** The first run of each: files come from the disk, code is not compiled yet. It counts in no ratio, but for `countFirst`. */
  readonly warmUp: Round<Name, Result>;
  readonly rounds: readonly Round<Name, Result>[];
}

/** Runs some contenders in turn, A B C A B C, so that what else the machine does meets all of them. */
export async function runRounds<Name extends string, Result>(
  options: RunRoundsOptions<Name, Result>,
): Promise<Rounds<Name, Result>> {
  const { each, runs, countFirst = false, onRound } = options;
  const isWhole = (results: Partial<Record<Name, Result>>): results is Record<Name, Result> =>
    Object.keys(each).every((name) => name in results);
  const run = async (number: number): Promise<Round<Name, Result>> => {
    const results: Partial<Record<Name, Result>> = {};
    for (const name in each) results[name] = await each[name]();
    if (!isWhole(results)) throw new TypeError('Expected a result of each contender');
    onRound?.(results, number);
    return results;
  };
  const warmUp = await run(0);
  const rounds: Round<Name, Result>[] = countFirst ? [warmUp] : [];
  for (let number = rounds.length + 1; number <= runs; number += 1) rounds.push(await run(number));
  return { warmUp, rounds };
}

/** One contender's cost over another's, round by round: never the ratio of two medians. */
export function ratioOf<Name extends string>(
  rounds: readonly Round<Name, Cost>[],
  [above, below]: readonly [Name, Name],
  cost: keyof Cost,
): Spread {
  return spreadOf(rounds.map((round) => round[above][cost] / round[below][cost]));
}
