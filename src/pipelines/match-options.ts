import { relative, resolve, sep } from 'node:path';
import { assertInteger, assertKeys, assertOneOf, assertPath, type EveryKey } from '../core/assert.ts';
import {
  defaultFrames,
  defaultPool,
  type FrameRange,
  type MatchingOptions,
  type Pool,
  pools,
} from '../core/defaults.ts';
import { assertApart } from '../io/assert-apart.ts';
import { checkMatching } from '../matching/check-matching.ts';
import { graphOptionKeys, type GraphOptions, type GraphSettings, graphSettings } from './graph-options.ts';
import { type Progress } from './run-tally.ts';

/** Options of `matchDataset`. */
export interface MatchDatasetOptions extends GraphOptions {
  /** Folder in the layout of SPEC 1: `image/<item>/<n>.jpg` and `video/<clip>.mp4`. */
  readonly root: string;
  /** Folder to write `result.json`, `run.json` and `boxes/` into, not the root itself; made if missing. What a former run left there is replaced. */
  readonly out: string;
  /** Frames of a clip that are looked at. @defaultValue {@link defaultFrames} */
  readonly frames?: Partial<FrameRange>;
  /** Thresholds of the matching rule. @defaultValue `defaultMatching` */
  readonly matching?: Partial<MatchingOptions>;
  /** What of a clip takes part in matching. @defaultValue {@link defaultPool} */
  readonly pool?: Pool;
  /** File to write a trace of the run into, in the Chrome trace format: whole and at the end, or not at all. @defaultValue none */
  readonly trace?: string;
  /** Stops the run: its children end, what is half written goes, and its reason comes out. */
  readonly signal?: AbortSignal;
  /** Told at the begin and whenever an item or clip is stored. */
  readonly onProgress?: (progress: Progress) => void;
}

const optionKeys: EveryKey<MatchDatasetOptions> = {
  ...graphOptionKeys,
  root: true,
  out: true,
  frames: true,
  matching: true,
  pool: true,
  trace: true,
  signal: true,
  onProgress: true,
};

/** Options with nothing left open but what depends on the machine. */
export interface MatchSettings extends GraphSettings {
  readonly frames: FrameRange;
  readonly matching: MatchingOptions;
  readonly pool: Pool;
}

/**
 * Fills in the defaults.
 *
 * @throws TypeError when an option is out of range or unknown, before anything is read or written.
 * @throws PipelineError `options-invalid` when `out` is among what is read.
 */
export function matchSettings(options: MatchDatasetOptions): MatchSettings {
  assertKeys('options', options, optionKeys);
  assertKeys('frames', options.frames ?? {}, defaultFrames);
  const graph = graphSettings(options);
  const frames = { ...defaultFrames, ...options.frames };
  const matching = checkMatching(options.matching);
  const { pool = defaultPool } = options;
  assertOneOf('pool', pool, pools);
  assertPath('root', options.root);
  assertPath('out', options.out);
  if (options.trace !== undefined) assertTrace(options.trace, options.out);
  assertInteger('frames.first', frames.first, 0);
  assertInteger('frames.step', frames.step, 1);
  assertInteger('frames.last', frames.last, frames.first);
  assertApart(options.out, { name: 'out', root: options.root });
  return { ...graph, frames, matching, pool };
}

/** A run would write over its own trace, or the trace over the run. */
function assertTrace(trace: string, out: string): void {
  assertPath('trace', trace);
  const [first = '', ...rest] = relative(resolve(out), resolve(trace)).split(sep);
  const isTaken = first === 'boxes' || (rest.length === 0 && ['', 'result.json', 'run.json'].includes(first));
  if (isTaken)
    throw new TypeError(`Expected \`trace\` to be a file of its own, got ${trace}, which the run itself writes`);
}
