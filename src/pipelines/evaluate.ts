import { type Answer } from '../core/answer.ts';
import { assertKeys, assertOneOf, type EveryKey } from '../core/assert.ts';
import { defaultPool, type MatchingOptions, type Pool, pools } from '../core/defaults.ts';
import { PipelineError } from '../core/errors.ts';
import { type Truth } from '../core/annotation.ts';
import { openDataset } from '../io/dataset.ts';
import { openBoxes } from '../io/open-boxes.ts';
import { readResult } from '../io/result-file.ts';
import { readTruth, type TruthProblem } from '../io/read-truth.ts';
import { matchBoxes } from '../matching/match-boxes.ts';
import { type CurvePoint, precisionRecall } from '../matching/precision-recall.ts';
import { rankItems } from '../matching/rank-items.ts';
import { recallAt } from '../matching/recall-at.ts';
import { scoreResult, scoreWeights, type Scores } from '../matching/score-result.ts';
import { gallerySource } from './gallery-source.ts';
import { nearestLanes } from './nearest-lanes.ts';

/** Options of {@link evaluate}. */
export interface EvaluateOptions {
  /** Result file to score. */
  readonly result: string;
  /** Data set with annotations that the result is about. */
  readonly root: string;
  /** The run's folder, its `boxes/`, or a `boxes.ndjson` file: for recall and the precision-recall curve. */
  readonly boxes?: string;
  /** Thresholds for recall and the curve. @defaultValue `defaultMatching` */
  readonly matching?: Partial<MatchingOptions>;
  /** What of a clip takes part in recall and the curve. @defaultValue {@link defaultPool} */
  readonly pool?: Pool;
  /** Stops the work; the promise then rejects with its reason. */
  readonly signal?: AbortSignal;
}

const optionKeys: EveryKey<EvaluateOptions> = {
  result: true,
  root: true,
  boxes: true,
  matching: true,
  pool: true,
  signal: true,
};

/** How good a result is (SPEC 8). */
export interface Evaluation extends Scores {
  /** Items and clips in the data set. */
  readonly items: number;
  readonly clips: number;
  /** Weights of S1, S2 and S3 in `final`: a participant's, as the contest's own are not to be had. */
  readonly weights: typeof scoreWeights;
  /** What can be said only with the boxes. */
  readonly retrieval: Retrieval | undefined;
  /** Faults of the annotations; what they touch counts as not annotated. */
  readonly problems: readonly TruthProblem[];
}

/** How well the features find items, before each clip is given to one. */
export interface Retrieval {
  /** Share of the clips with a counterpart whose item is ranked first, 0 to 1. See `rankItems`. */
  readonly recallAt1: number;
  readonly recallAt5: number;
  readonly recallAt10: number;
  /** Precision and recall over the distance threshold. */
  readonly curve: readonly CurvePoint[];
}

/**
 * Scores a result file against the annotations of its data set.
 *
 * @example const { final } = await evaluate({ result: 'run/result.json', root: 'shop', boxes: 'run' });
 * @throws TypeError when an option is out of range.
 * @throws PipelineError `result-invalid` also when the result names a clip, an item or a picture that the data set does not have;
 * `dataset-invalid` when there are no annotations; `file-unreadable`; `store-invalid`; `options-invalid` when `boxes` is a pipe.
 */
export async function evaluate(options: EvaluateOptions): Promise<Evaluation> {
  const { root, pool = defaultPool, signal } = options;
  assertKeys('options', options, optionKeys);
  assertOneOf('pool', pool, pools);
  const answers = await readResult(options.result);
  const dataset = await openDataset(root);
  const { truth, problems } = await readTruth(dataset, signal);
  assertKnown(answers, truth, options);
  const scores = scoreResult(answers, truth);
  const retrieval =
    options.boxes === undefined ? undefined : await retrieve(options.boxes, truth, { ...options, pool });
  const counts = { items: dataset.items.length, clips: dataset.clips.length };
  return { ...scores, ...counts, weights: scoreWeights, retrieval, problems };
}

async function retrieve(
  from: string,
  truth: Truth,
  { matching = {}, pool, signal }: EvaluateOptions & { readonly pool: Pool },
): Promise<Retrieval> {
  const boxes = await openBoxes(from);
  const sides = { queries: boxes.boxes('query'), gallery: gallerySource(boxes, pool), signal };
  const rankings = await rankItems({ ...sides, queries: boxes.byOwner('query'), options: matching });
  await using search = nearestLanes();
  // 4 is the largest distance there is: the pairs before the threshold.
  const matches = await matchBoxes({ ...sides, search, options: { ...matching, maxDistance: 4 } });
  return {
    recallAt1: recallAt(rankings, truth, 1),
    recallAt5: recallAt(rankings, truth, 5),
    recallAt10: recallAt(rankings, truth, 10),
    curve: precisionRecall(matches, truth),
  };
}

function assertKnown(answers: readonly Answer[], truth: Truth, { result: path, root }: EvaluateOptions): void {
  const fail = (what: string): never => {
    const message = `Result file ${path}: ${what} is not in ${root}. Score it with the data set that it was made from.`;
    throw new PipelineError('result-invalid', message, { path });
  };
  for (const { videoId, itemId, pairs } of answers) {
    if (!truth.clips.has(videoId)) fail(`clip ${videoId}`);
    const pictures = truth.items.get(itemId) ?? fail(`item ${itemId}`);
    for (const { imgName } of pairs) if (!pictures.has(imgName)) fail(`picture ${imgName} of item ${itemId}`);
  }
}
