import { assertInteger, assertOneOf, assertPath } from '../core/assert.ts';
import {
  defaultFlow,
  defaultFrames,
  type FlowOptions,
  type FrameRange,
  type MatchingOptions,
} from '../core/defaults.ts';
import { checkMatching } from '../matching/check-matching.ts';
import { type DeviceChoice, deviceChoices } from '../models/choose-device.ts';
import { compactModels } from './package-folder.ts';
import { type Progress } from './run-tally.ts';

/** Options of `matchDataset`. */
export interface MatchDatasetOptions {
  /** Folder in the layout of SPEC 1: `image/<item>/<n>.jpg` and `video/<clip>.mp4`. */
  readonly root: string;
  /** Folder to write `result.json`, `run.json` and `boxes/` into; made if missing. What a former run left there is replaced. */
  readonly out: string;
  /** Folder of a model set. @defaultValue the compact set of this package */
  readonly models?: string;
  /** @defaultValue `'auto'` */
  readonly device?: DeviceChoice;
  /** Worker threads that run models: an integer, at least 1. @defaultValue one a CPU core, one on a GPU */
  readonly lanes?: number;
  /** Frames of a clip that are looked at. @defaultValue {@link defaultFrames} */
  readonly frames?: Partial<FrameRange>;
  /** Thresholds of the matching rule. @defaultValue `defaultMatching` */
  readonly matching?: Partial<MatchingOptions>;
  /** How much happens at once. @defaultValue {@link defaultFlow} */
  readonly flow?: Partial<FlowOptions>;
  /** Stops the run: its children end, what is half written goes, and its reason comes out. */
  readonly signal?: AbortSignal;
  /** Told at the begin, whenever an item or clip is stored, and at least twice a second in between. */
  readonly onProgress?: (progress: Progress) => void;
}

/** Options with nothing left open but what depends on the machine. */
export interface MatchSettings {
  readonly models: string;
  readonly device: DeviceChoice;
  readonly lanes: number | undefined;
  readonly frames: FrameRange;
  readonly matching: MatchingOptions;
  readonly flow: FlowOptions;
}

/**
 * Fills in the defaults.
 *
 * @throws TypeError when an option is out of range, before anything is read or written.
 */
export function matchSettings(options: MatchDatasetOptions): MatchSettings {
  const { models = compactModels, device = 'auto', lanes } = options;
  const frames = { ...defaultFrames, ...options.frames };
  const matching = checkMatching(options.matching);
  const flow = { ...defaultFlow, ...options.flow };
  assertPath('root', options.root);
  assertPath('out', options.out);
  assertOneOf('device', device, deviceChoices);
  if (lanes !== undefined) assertInteger('lanes', lanes, 1, 256);
  assertInteger('frames.first', frames.first, 0);
  assertInteger('frames.step', frames.step, 1);
  assertInteger('frames.last', frames.last, frames.first);
  assertInteger('flow.concurrency', flow.concurrency, 1, 1024);
  assertInteger('flow.detectorBatch', flow.detectorBatch, 1, 1024);
  assertInteger('flow.embedderBatch', flow.embedderBatch, 1, 4096);
  assertInteger('flow.budgetBytes', flow.budgetBytes, 1);
  return { models, device, lanes, frames, matching, flow };
}
