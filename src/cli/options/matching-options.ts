import { type Options } from 'yargs';
import { defaultMatching, defaultPool, type MatchingOptions, type Pool, pools } from '../../core/defaults.ts';
import { type NumberOption } from './option-kinds.ts';

const group = 'Matching:';

/** Matching as command-line options: what takes part in it, and the thresholds of its rule. */
export const matchingOptions: Readonly<
  Record<'quantile' | 'keep-at-least' | 'vote-share' | 'max-distance', NumberOption>
> & {
  readonly pool: Options & { readonly choices: readonly Pool[]; readonly default: Pool };
} = {
  pool: {
    type: 'string',
    group,
    requiresArg: true,
    choices: pools,
    default: defaultPool,
    describe: 'What of a clip takes part: each box (none), or each garment that is followed, by its mean look (tracks)',
  } as const,
  quantile: {
    type: 'number',
    group,
    requiresArg: true,
    default: defaultMatching.quantile,
    describe: 'Keep an item’s boxes below this quantile of their nearest distances, 0 to 1',
  },
  'keep-at-least': {
    type: 'number',
    group,
    requiresArg: true,
    default: defaultMatching.keepAtLeast,
    describe: 'Boxes to keep when the quantile keeps none, 0 or 1',
  },
  'vote-share': {
    type: 'number',
    group,
    requiresArg: true,
    default: defaultMatching.voteShare,
    describe: 'Share of the kept boxes that a clip needs to be an answer, 0 to 1',
  },
  'max-distance': {
    type: 'number',
    group,
    requiresArg: true,
    default: defaultMatching.maxDistance,
    describe: 'Drop pairs at this squared distance or beyond, 0 to 4',
  },
};

/** What was asked for of matching. */
export interface MatchingChoice {
  readonly matching: MatchingOptions;
  readonly pool: Pool;
}

/** Whether everything is the default. */
export function isDefaultMatching({ matching, pool }: MatchingChoice): boolean {
  const { quantile, keepAtLeast, voteShare, maxDistance } = defaultMatching;
  return (
    pool === defaultPool &&
    matching.quantile === quantile &&
    matching.keepAtLeast === keepAtLeast &&
    matching.voteShare === voteShare &&
    matching.maxDistance === maxDistance
  );
}

/** The thresholds and the pooling that were asked for. */
export function matchingFrom(args: {
  readonly quantile: number;
  readonly keepAtLeast: number;
  readonly voteShare: number;
  readonly maxDistance: number;
  readonly pool: Pool;
}): MatchingChoice {
  const { quantile, keepAtLeast, voteShare, maxDistance, pool } = args;
  return { matching: { quantile, keepAtLeast, voteShare, maxDistance }, pool };
}
