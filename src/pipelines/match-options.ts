import { assertInteger, assertOneOf, assertPath } from '../core/assert.ts';
import {
  defaultFrames,
  defaultPool,
  type FrameRange,
  type MatchingOptions,
  type Pool,
  pools,
} from '../core/defaults.ts';
import { checkMatching } from '../matching/check-matching.ts';
import { type GraphOptions, type GraphSettings, graphSettings } from './graph-options.ts';
import { type Progress } from './run-tally.ts';

/** Options of `matchDataset`. */
export interface MatchDatasetOptions extends GraphOptions {
  /** Folder in the layout of SPEC 1: `image/<item>/<n>.jpg` and `video/<clip>.mp4`. */
  readonly root: string;
  /** Folder to write `result.json`, `run.json` and `boxes/` into; made if missing. What a former run left there is replaced. */
  readonly out: string;
  /** Frames of a clip that are looked at. @defaultValue {@link defaultFrames} */
  readonly frames?: Partial<FrameRange>;
  /** Thresholds of the matching rule. @defaultValue `defaultMatching` */
  readonly matching?: Partial<MatchingOptions>;
  /** What of a clip takes part in matching. @defaultValue {@link defaultPool} */
  readonly pool?: Pool;
  /** Stops the run: its children end, what is half written goes, and its reason comes out. */
  readonly signal?: AbortSignal;
  /** Told at the begin, whenever an item or clip is stored, and at least twice a second in between. */
  readonly onProgress?: (progress: Progress) => void;
}

/** Options with nothing left open but what depends on the machine. */
export interface MatchSettings extends GraphSettings {
  readonly frames: FrameRange;
  readonly matching: MatchingOptions;
  readonly pool: Pool;
}

/**
 * Fills in the defaults.
 *
 * @throws TypeError when an option is out of range, before anything is read or written.
 */
export function matchSettings(options: MatchDatasetOptions): MatchSettings {
  const graph = graphSettings(options);
  const frames = { ...defaultFrames, ...options.frames };
  const matching = checkMatching(options.matching);
  const { pool = defaultPool } = options;
  assertOneOf('pool', pool, pools);
  assertPath('root', options.root);
  assertPath('out', options.out);
  assertInteger('frames.first', frames.first, 0);
  assertInteger('frames.step', frames.step, 1);
  assertInteger('frames.last', frames.last, frames.first);
  return { ...graph, frames, matching, pool };
}
