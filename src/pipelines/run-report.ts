import { relative } from 'node:path';
import { type InputOutcome } from '../core/frame-source.ts';
import { limitingStage } from '../flow/limiting-stage.ts';
import { type StageReport } from '../flow/stage-meter.ts';
import { type IgnoredEntry } from '../io/list-folder.ts';
import { type Ffmpeg } from '../media/find-ffmpeg.ts';
import { type DeviceReport } from '../models/choose-device.ts';
import { type StageName } from './box-graph.ts';
import { type MatchSettings } from './match-options.ts';
import { packageVersion } from './package-folder.ts';
import { type Tally } from './run-tally.ts';
import { type Vitals } from './run-vitals.ts';

/** An input that did not give all that was wanted of it. */
export interface NotableInput extends Pick<InputOutcome, 'status' | 'frames' | 'missing'> {
  /** Relative to the root. */
  readonly path: string;
  readonly reason: string;
}

/** What `run.json` holds: an account of a run. Times in milliseconds, sizes in bytes. */
export interface RunReport {
  readonly format: 1;
  readonly root: string;
  readonly out: string;
  /** In UTC. */
  readonly startedAt: string;
  readonly elapsedMs: number;
  readonly versions: { readonly vitrine: string; readonly node: string; readonly ffmpeg: Ffmpeg };
  readonly device: DeviceReport;
  readonly models: { readonly folder: string; readonly name: string; readonly fingerprint: string };
  readonly options: Pick<MatchSettings, 'frames' | 'matching' | 'flow'>;
  /** Pictures and clips: `total = done + skipped + failed`. */
  readonly inputs: {
    readonly total: number;
    readonly done: number;
    readonly skipped: number;
    readonly failed: number;
    /** Every input that was skipped or failed, and those that gave fewer frames than wanted, by path. */
    readonly notable: readonly NotableInput[];
    /** What else was found under the root; not among the inputs. */
    readonly ignored: readonly IgnoredEntry[];
  };
  readonly items: number;
  readonly clips: number;
  readonly frames: Tally['frames'];
  readonly boxes: Tally['boxes'];
  readonly matches: number;
  readonly stages: Readonly<Record<StageName, StageReport>>;
  /** The stage whose slots were at work for the largest share of the time; absent when nothing was done. */
  readonly limit?: string;
  /** Pixels in flight: what was allowed and what was reached. */
  readonly credit: { readonly totalBytes: number; readonly peakBytes: number };
  readonly warmUpMs: number;
  readonly inferenceMs: number;
  readonly matchingMs: number;
  readonly peakRssBytes: number;
  readonly eventLoopDelayMs: Vitals['eventLoopDelayMs'];
}

/** What a report is made of, beside its own fields. */
export interface RunFacts
  extends Omit<RunReport, 'format' | 'versions' | 'options' | 'inputs' | 'frames' | 'boxes' | 'limit' | keyof Vitals> {
  readonly settings: MatchSettings;
  readonly ffmpeg: Ffmpeg;
  readonly tally: Tally;
  readonly ignored: readonly IgnoredEntry[];
  readonly vitals: Vitals;
}

/** Puts the account of a run together. */
export function runReport({ settings, ffmpeg, tally, ignored, vitals, ...facts }: RunFacts): RunReport {
  const { frames, matching, flow } = settings;
  const { done, skipped, failed, notable } = tally;
  const limit = limitingStage(facts.stages);
  const within = (path: string): string => relative(facts.root, path);
  return {
    format: 1,
    ...facts,
    ...vitals,
    versions: { vitrine: packageVersion, node: process.versions.node, ffmpeg },
    options: { frames, matching, flow },
    inputs: {
      total: done + skipped + failed,
      done,
      skipped,
      failed,
      notable: notable
        .map(({ path, reason = '', ...rest }) => ({
          path: within(path),
          status: rest.status,
          frames: rest.frames,
          missing: rest.missing,
          reason,
        }))
        .toSorted((a, b) => (a.path < b.path ? -1 : 1)),
      ignored: ignored.map(({ path, reason }) => ({ path: within(path), reason })),
    },
    frames: tally.frames,
    boxes: tally.boxes,
    ...(limit !== undefined && { limit }),
  };
}
