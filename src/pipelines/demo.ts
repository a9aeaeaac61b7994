import { join } from 'node:path';
import { type Evaluation, evaluate } from './evaluate.ts';
import { matchDataset } from './match-dataset.ts';
import { type MatchDatasetOptions } from './match-options.ts';
import { shopFixture } from './package-folder.ts';
import { type RunReport } from './run-report.ts';

/** Options of {@link demo}: those of `matchDataset`, on a shop that is given. */
export type DemoOptions = Omit<MatchDatasetOptions, 'root'>;

/** What {@link demo} did and how good it was. */
export interface DemoReport {
  readonly run: RunReport;
  readonly scores: Evaluation;
}

/**
 * Matches the shop that comes with the package and scores the result by its annotations.
 *
 * @throws as `matchDataset` and `evaluate` do.
 */
export async function demo(options: DemoOptions): Promise<DemoReport> {
  const { out, matching, signal } = options;
  const run = await matchDataset({ ...options, root: shopFixture });
  const scores = await evaluate({
    result: join(out, 'result.json'),
    root: shopFixture,
    boxes: out,
    ...(matching && { matching }),
    ...(signal && { signal }),
  });
  return { run, scores };
}
