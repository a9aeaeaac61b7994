import { type MatchingOptions, defaultMatching } from '../../core/defaults.ts';
import { type NumberOption } from './option-kinds.ts';

const group = 'Matching:';

/** Thresholds of the matching rule as command-line options. */
export const matchingOptions: Readonly<
  Record<'quantile' | 'keep-at-least' | 'vote-share' | 'max-distance', NumberOption>
> = {
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

/** Whether every threshold is the default. */
export function isDefaultMatching(matching: MatchingOptions): boolean {
  const { quantile, keepAtLeast, voteShare, maxDistance } = defaultMatching;
  return (
    matching.quantile === quantile &&
    matching.keepAtLeast === keepAtLeast &&
    matching.voteShare === voteShare &&
    matching.maxDistance === maxDistance
  );
}

/** The thresholds that were asked for. */
export function matchingFrom(args: {
  readonly quantile: number;
  readonly keepAtLeast: number;
  readonly voteShare: number;
  readonly maxDistance: number;
}): MatchingOptions {
  const { quantile, keepAtLeast, voteShare, maxDistance } = args;
  return { quantile, keepAtLeast, voteShare, maxDistance };
}
