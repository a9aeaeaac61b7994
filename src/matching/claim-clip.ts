import { compareIds } from '../core/compare-ids.ts';
import { type KeptBox } from '../core/crop.ts';
import { type MatchingOptions } from '../core/defaults.ts';
import { type Match } from '../core/match.ts';
import { groupBy } from './group-by.ts';
import { keepNear } from './keep-near.ts';
import { compareGalleryBoxes, type Nearest } from './nearest-boxes.ts';
import { roundHalfEven } from './round-half-even.ts';

/** A box of an item and the gallery box that it found. */
export interface Vote {
  readonly query: KeptBox;
  readonly nearest: Nearest;
}

/**
 * The clip that one item asks for: steps b to g of SPEC 6.
 *
 * Wherever the specification leaves a choice open among boxes of the item, the first by picture name ({@link compareIds}), then by
 * box index, is taken; sums run in that order too. Steps e and f take the higher score before that.
 *
 * @returns undefined when the item has no votes, or none is kept.
 */
export function claimClip(votes: readonly Vote[], options: MatchingOptions): Match | undefined {
  const kept = keepNear([...votes].sort(compareVotes), ({ nearest }) => nearest.distance, options);
  const least = roundHalfEven(options.voteShare * kept.length);
  const candidates = [...groupBy(kept, ({ nearest }) => nearest.box.owner.id)]
    .map(([videoId, of]) => ({ videoId, votes: of, mean: meanDistance(of), smallest: smallestDistance(of) }))
    .filter(({ votes: { length } }) => length >= least)
    .sort((a, b) => a.mean - b.mean || a.smallest - b.smallest || compareIds(a.videoId, b.videoId));
  const [winner] = candidates;
  return winner && toMatch(winner.videoId, winner.votes, winner.mean);
}

/** Steps e to g. */
function toMatch(videoId: string, votes: readonly Vote[], distance: number): Match | undefined {
  // The votes are in order and sorting keeps it among equal scores.
  const [query] = votes.map((vote) => vote.query).sort((a, b) => b.score - a.score);
  const [hit] = votes.map(({ nearest }) => nearest.box).sort((a, b) => b.score - a.score || compareGalleryBoxes(a, b));
  if (query === undefined || hit === undefined) return undefined;
  return {
    videoId,
    itemId: query.owner.id,
    imgName: query.frame,
    itemBox: query.box,
    frameIndex: Number(hit.frame),
    frameBox: hit.box,
    distance,
  };
}

function meanDistance(votes: readonly Vote[]): number {
  return votes.reduce((sum, { nearest }) => sum + nearest.distance, 0) / votes.length;
}

function smallestDistance(votes: readonly Vote[]): number {
  return votes.reduce((smallest, { nearest }) => Math.min(smallest, nearest.distance), Infinity);
}

function compareVotes({ query: a }: Vote, { query: b }: Vote): number {
  return compareIds(a.frame, b.frame) || a.boxIndex - b.boxIndex;
}
