import { type Truth } from '../core/annotation.ts';
import { type Match } from '../core/match.ts';
import { answerOf } from './answer-of.ts';
import { judgeAnswer } from './judge-answer.ts';
import { clipsWithCounterpart, scoreHits } from './score-result.ts';

/** The scores when pairs up to a distance are answered. */
export interface CurvePoint {
  /** Largest distance that is answered, inclusive; the threshold to set lies just above. */
  readonly distance: number;
  /** Clips answered. */
  readonly answers: number;
  /** Precision of S1. */
  readonly precision: number;
  /** Recall of S1. */
  readonly recall: number;
  /** Final score. */
  readonly final: number;
}

/**
 * Precision and recall over the distance threshold (SPEC 8): a point for each distance that occurs, rising.
 *
 * @param matches the pairs before the threshold is applied, one a clip at most.
 */
export function precisionRecall(matches: readonly Match[], truth: Truth): readonly CurvePoint[] {
  const clips = clipsWithCounterpart(truth).size;
  const sorted = [...matches].sort((a, b) => a.distance - b.distance);
  const hits = { s1: 0, s2: 0, s3: 0 };
  return sorted.flatMap((match, index) => {
    const verdict = judgeAnswer(answerOf(match), truth);
    hits.s1 += Number(verdict.s1);
    hits.s2 += Number(verdict.s2);
    hits.s3 += Number(verdict.s3);
    const { distance } = match;
    if (sorted[index + 1]?.distance === distance) return [];
    const answers = index + 1;
    const { s1, final } = scoreHits(hits, { answers, clipsWithCounterpart: clips });
    return [{ distance, answers, precision: s1.precision, recall: s1.recall, final }];
  });
}
