import { type Answer } from '../core/answer.ts';
import { type Match } from '../core/match.ts';

/** A match as the result file says it: without its distance. */
export function answerOf({ videoId, itemId, imgName, itemBox, frameIndex, frameBox }: Match): Answer {
  return { videoId, itemId, frameIndex, pairs: [{ imgName, itemBox, frameBox }] };
}
