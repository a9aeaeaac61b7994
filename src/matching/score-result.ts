import { type Truth } from '../core/annotation.ts';
import { type Answer } from '../core/answer.ts';
import { judgeAnswer, pieceIds, type Verdict } from './judge-answer.ts';

/** Weights of S1, S2 and S3 in the final score, as a participant's scorer has them; the contest's own page is not to be had. */
export const scoreWeights: { readonly s1: number; readonly s2: number; readonly s3: number } = {
  s1: 0.2,
  s2: 0.6,
  s3: 0.2,
};

/** How often answers are right, and how many of the right ones are there. */
export interface F1Score {
  /** Answers that are right. */
  readonly hits: number;
  /** Hits by answers; 0 without answers. */
  readonly precision: number;
  /** Hits by clips that have a counterpart; 0 without such clips. */
  readonly recall: number;
  /** `2PR / (P + R)`; 0 when both are. */
  readonly f1: number;
}

/** The scores of SPEC 8 that need nothing but the result file and the truth. */
export interface Scores {
  /** Clips that were answered. */
  readonly answers: number;
  /** Clips whose annotations have a positive `instance_id`. */
  readonly clipsWithCounterpart: number;
  readonly s1: F1Score;
  readonly s2: F1Score;
  readonly s3: F1Score;
  /** `0.2 S1 + 0.6 S2 + 0.2 S3`, see {@link scoreWeights}; 0 to 1. */
  readonly final: number;
  /** `frame_box` against the pieces of the submitted frame. */
  readonly frameBox: {
    /** Pairs whose frame is itself annotated and shows a piece; only these can be judged. */
    readonly judged: number;
    /** Mean overlap (IoU) with the nearest piece; 0 when none was judged. */
    readonly meanIou: number;
    /** Share with an overlap above 0.5; 0 when none was judged. */
    readonly above50: number;
  };
}

/** Scores answers, one a clip at most, against the truth (SPEC 8). Answers for clips without counterpart lower the precision. */
export function scoreResult(answers: readonly Answer[], truth: Truth): Scores {
  const verdicts = answers.map((answer) => judgeAnswer(answer, truth));
  const counts = { answers: answers.length, clipsWithCounterpart: clipsWithCounterpart(truth).size };
  const hits = {
    s1: verdicts.filter(({ s1 }) => s1).length,
    s2: verdicts.filter(({ s2 }) => s2).length,
    s3: verdicts.filter(({ s3 }) => s3).length,
  };
  return { ...counts, ...scoreHits(hits, counts), frameBox: scoreFrameBoxes(verdicts) };
}

function scoreFrameBoxes(verdicts: readonly Verdict[]): Scores['frameBox'] {
  const ious = verdicts.flatMap(({ frameIous }) => frameIous);
  const sum = ious.reduce((total, value) => total + value, 0);
  return {
    judged: ious.length,
    meanIou: share(sum, ious.length),
    above50: share(ious.filter((value) => value > 0.5).length, ious.length),
  };
}

/** Right answers of each degree. */
export interface Hits {
  readonly s1: number;
  readonly s2: number;
  readonly s3: number;
}

/** The three F1 scores and the final one, from counts. */
export function scoreHits(
  hits: Hits,
  counts: { readonly answers: number; readonly clipsWithCounterpart: number },
): Pick<Scores, 's1' | 's2' | 's3' | 'final'> {
  const [s1, s2, s3] = [f1Of(hits.s1, counts), f1Of(hits.s2, counts), f1Of(hits.s3, counts)];
  return { s1, s2, s3, final: scoreWeights.s1 * s1.f1 + scoreWeights.s2 * s2.f1 + scoreWeights.s3 * s3.f1 };
}

/** Ids of the clips that have a counterpart, each with the `instance_id` of its pieces. */
export function clipsWithCounterpart(truth: Truth): ReadonlyMap<string, ReadonlySet<number>> {
  const clips = [...truth.clips].map(
    ([id, frames]) => [id, pieceIds(frames.flatMap(({ annotations }) => annotations))] as const,
  );
  return new Map(clips.filter(([, ids]) => ids.size > 0));
}

function f1Of(
  hits: number,
  { answers, clipsWithCounterpart }: { readonly answers: number; readonly clipsWithCounterpart: number },
): F1Score {
  const precision = share(hits, answers);
  const recall = share(hits, clipsWithCounterpart);
  return { hits, precision, recall, f1: share(2 * precision * recall, precision + recall) };
}

function share(part: number, whole: number): number {
  return whole === 0 ? 0 : part / whole;
}
