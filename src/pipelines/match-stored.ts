import { type MatchingOptions, type Pool } from '../core/defaults.ts';
import { type Match } from '../core/match.ts';
import { openBoxes } from '../io/open-boxes.ts';
import { writeResult } from '../io/result-file.ts';
import { matchBoxes } from '../matching/match-boxes.ts';
import { gallerySource } from './gallery-source.ts';
import { nearestLanes } from './nearest-lanes.ts';

/** Options of {@link matchStored}. */
export interface MatchStoredOptions {
  /** A run's folder, its `boxes/`, or a `boxes.ndjson` file. */
  readonly from: string;
  /** Result file to write. */
  readonly out: string;
  readonly matching: Partial<MatchingOptions>;
  /** What of a clip takes part. */
  readonly pool: Pool;
  /** Multiplications that it takes at most, where that is known. */
  readonly products?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Matches stored boxes and writes the result file.
 *
 * @throws PipelineError `store-invalid`, `file-unreadable`, `inference-failed` or `file-unwritable`.
 */
export async function matchStored(options: MatchStoredOptions): Promise<readonly Match[]> {
  const { from, out, matching, pool, products, signal } = options;
  const boxes = await openBoxes(from);
  await using search = nearestLanes({ products });
  const matches = await matchBoxes({
    queries: boxes.boxes('query'),
    gallery: gallerySource(boxes, pool),
    options: matching,
    search,
    signal,
  });
  await writeResult(out, matches);
  return matches;
}
