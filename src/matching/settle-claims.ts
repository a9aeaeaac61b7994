import { compareIds } from '../core/compare-ids.ts';
import { type Match } from '../core/match.ts';

/**
 * Gives each clip to one item (the end of SPEC 6): the smallest distance wins, on a tie the lower item id; then pairs at
 * `maxDistance` or beyond go.
 *
 * @returns at most one match a clip, by rising video id.
 */
export function settleClaims(claims: readonly Match[], maxDistance: number): readonly Match[] {
  const winners = new Map<string, Match>();
  for (const claim of claims) {
    const holder = winners.get(claim.videoId);
    if (holder === undefined || compareClaims(claim, holder) < 0) winners.set(claim.videoId, claim);
  }
  return [...winners.values()]
    .filter(({ distance }) => distance < maxDistance)
    .sort((a, b) => compareIds(a.videoId, b.videoId));
}

function compareClaims(a: Match, b: Match): number {
  return a.distance - b.distance || compareIds(a.itemId, b.itemId);
}
