import { type Truth } from '../core/annotation.ts';
import { showsPieceOf } from './judge-answer.ts';
import { type RankedItem } from './rank-items.ts';
import { clipsWithCounterpart } from './score-result.ts';

/**
 * Share of the clips with a counterpart for which one of the first `count` ranked items shows a piece of the clip; a clip without a
 * ranking is a miss. 0 when there are no such clips.
 */
export function recallAt(rankings: ReadonlyMap<string, readonly RankedItem[]>, truth: Truth, count: number): number {
  const clips = [...clipsWithCounterpart(truth)];
  const found = clips.filter(([clipId, ids]) =>
    (rankings.get(clipId) ?? [])
      .slice(0, count)
      .some(({ itemId }) => showsPieceOf(truth.items.get(itemId) ?? new Map(), ids)),
  );
  return clips.length === 0 ? 0 : found.length / clips.length;
}
