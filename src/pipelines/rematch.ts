import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { assertKeys, assertOneOf, assertPath, type EveryKey } from '../core/assert.ts';
import { defaultPool, type MatchingOptions, type Pool, pools } from '../core/defaults.ts';
import { type Match } from '../core/match.ts';
import { matchStored } from './match-stored.ts';

/** Options of {@link rematch}. */
export interface RematchOptions {
  /** A run's folder, its `boxes/`, or a `boxes.ndjson` file, which is read more than once, so that it cannot be a pipe. */
  readonly from: string;
  /** Result file to write. */
  readonly out: string;
  /** Thresholds. @defaultValue `defaultMatching` */
  readonly matching?: Partial<MatchingOptions>;
  /** What of a clip takes part. @defaultValue {@link defaultPool} */
  readonly pool?: Pool;
  /** Stops the work; the promise then rejects with its reason and no file is written. */
  readonly signal?: AbortSignal;
}

const optionKeys: EveryKey<RematchOptions> = { from: true, out: true, matching: true, pool: true, signal: true };

/**
 * Matches stored boxes again, with other thresholds or with features from elsewhere, and writes the result file.
 *
 * @example await rematch({ from: 'run', out: 'strict.json', matching: { maxDistance: 0.9 } });
 * @returns the matches, by rising video id.
 * @throws TypeError when an option is out of range.
 * @throws PipelineError `options-invalid`, `store-invalid`, `file-unreadable` or `file-unwritable`.
 */
export async function rematch(options: RematchOptions): Promise<readonly Match[]> {
  const { from, out, matching = {}, pool = defaultPool, signal } = options;
  assertKeys('options', options, optionKeys);
  assertOneOf('pool', pool, pools);
  assertPath('from', from);
  assertPath('out', out);
  return matchStored({ from, out, matching, pool, signal });
}

/** Whether `from` is the folder of a run that was cut short: it has `boxes/`, but no `run.json`. */
export async function isUnfinishedRun(from: string): Promise<boolean> {
  const [boxes, report] = await Promise.all(
    ['boxes', 'run.json'].map((name) => stat(join(from, name)).catch(() => undefined)),
  );
  return boxes !== undefined && report === undefined;
}
