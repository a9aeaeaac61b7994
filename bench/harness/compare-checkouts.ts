import { messageOf } from '../../src/core/errors.ts';
import { formatSpread } from './format-spread.ts';
import { measureChild, type ChildJob } from './measure-child.ts';
import { type Measured } from './measured.ts';
import { ratioOf, type Rounds, runRounds } from './run-rounds.ts';
import { type Cost, type Spread } from './spread.ts';

/** One contender of a comparison: this checkout or the other. */
export type Side = 'here' | 'there';

/** Two checkouts in turn, and what came of it. */
export interface CheckoutComparison {
  readonly scenario: string;
  /** The commit that is compared with. */
  readonly there: string;
  /** This checkout over the other, pair by pair. */
  readonly wallRatio: Spread;
  readonly cpuRatio: Spread;
  /** The ratios whose quartiles do not have 1 between them. */
  readonly moved: readonly ('wall' | 'CPU')[];
  /** Whether both answered the same. */
  readonly agreement: string;
  readonly warmUp: Rounds<Side, Cost>['warmUp'];
  readonly pairs: Rounds<Side, Cost>['rounds'];
}

/** Options of {@link compareCheckouts}. */
export interface CompareCheckoutsOptions {
  readonly scenario: string;
  readonly there: string;
  /** The program of each side. */
  readonly jobs: Readonly<Record<Side, ChildJob>>;
  /** Given what the last run of each side printed, says in which sense both answered the same; what it throws is said in its place. */
  readonly agree: (stdout: Readonly<Record<Side, string>>) => string | Promise<string>;
  readonly runs: number;
  /** Lets the first round count too, where times do not matter: in tests. @defaultValue `false` */
  readonly countFirst?: boolean | undefined;
  readonly say: (line: string) => void;
}

/** Runs the program of two checkouts in turn, each run a process of its own. */
export async function compareCheckouts(options: CompareCheckoutsOptions): Promise<CheckoutComparison> {
  const { scenario, there, jobs, agree, runs, countFirst, say } = options;
  const printed: Record<Side, string> = { here: '', there: '' };
  const cost = async (side: Side): Promise<Cost> => {
    const { wallSeconds, cpuSeconds, stdout } = await measureChild(jobs[side]);
    printed[side] = stdout;
    return { wallSeconds, cpuSeconds };
  };
  const { warmUp, rounds } = await runRounds({
    each: { here: () => cost('here'), there: () => cost('there') },
    runs,
    countFirst,
    onRound: ({ here, there: other }, number) =>
      say(`${number === 0 ? 'warm-up' : `${number}/${runs}`}: here ${seconds(here)}, there ${seconds(other)}`),
  });
  const agreement = await Promise.resolve(printed).then(agree).catch(messageOf);
  return { scenario, there, ...judge(rounds), agreement, warmUp, pairs: rounds };
}

/** The ratios of some pairs, and which of them moved. */
export function judge(
  pairs: Rounds<Side, Cost>['rounds'],
): Pick<CheckoutComparison, 'wallRatio' | 'cpuRatio' | 'moved'> {
  const wallRatio = ratioOf(pairs, ['here', 'there'], 'wallSeconds');
  const cpuRatio = ratioOf(pairs, ['here', 'there'], 'cpuSeconds');
  const hasMoved = ({ quartiles: [low, high] }: Spread): boolean => low > 1 || high < 1;
  return {
    wallRatio,
    cpuRatio,
    moved: [...(hasMoved(wallRatio) ? (['wall'] as const) : []), ...(hasMoved(cpuRatio) ? (['CPU'] as const) : [])],
  };
}

/** A Markdown table, ready for the changelog. */
export function comparisonTable(measured: Measured & CheckoutComparison): string {
  const { scenario, commit, there, wallRatio, cpuRatio, moved, agreement, data } = measured;
  const row = (name: 'wall' | 'CPU', ratio: Spread): string => {
    const change = moved.includes(name) ? (ratio.median < 1 ? 'faster' : 'slower') : 'not beyond its quartiles';
    return `| ${name} | ${formatSpread(ratio)} | ${ratio.n} | ${change} |`;
  };
  return `\`${scenario}\` at ${commit} over ${there}, ${data}; answers: ${agreement}.

| time | ratio | n | moved |
|---|---|---|---|
${row('wall', wallRatio)}
${row('CPU', cpuRatio)}
`;
}

function seconds({ wallSeconds, cpuSeconds }: Cost): string {
  return `${wallSeconds.toFixed(1)} s (CPU ${cpuSeconds.toFixed(1)} s)`;
}
