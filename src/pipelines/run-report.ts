import { totalmem } from 'node:os';
import { limitingStage } from '../flow/limiting-stage.ts';
import { type StageReport } from '../flow/stage-meter.ts';
import { type IgnoredEntry } from '../io/list-folder.ts';
import { type Ffmpeg } from '../media/find-ffmpeg.ts';
import { type DeviceReport } from '../models/choose-device.ts';
import { usableCores } from '../models/place-models.ts';
import { type StageName } from './box-graph.ts';
import { type InputsAccount, inputsAccount } from './inputs-account.ts';
import { type MainThreadUse } from './main-thread.ts';
import { type MatchSettings } from './match-options.ts';
import { packageVersion } from './package-folder.ts';
import { type Advice, runAdvice } from './run-advice.ts';
import { type Tally } from './run-tally.ts';
import { type RunUsage } from './run-usage.ts';
import { type Vitals } from './run-vitals.ts';

/** What `run.json` holds: an account of a run. Times in milliseconds, sizes in bytes. The main thread's share is one of {@link RunReport.inferenceMs}. */
export interface RunReport extends MainThreadUse {
  readonly format: 1;
  readonly root: string;
  readonly out: string;
  /** In UTC. */
  readonly startedAt: string;
  readonly elapsedMs: number;
  readonly versions: { readonly vitrine: string; readonly node: string; readonly ffmpeg: Ffmpeg };
  readonly device: DeviceReport;
  readonly models: { readonly folder: string; readonly name: string; readonly fingerprint: string };
  readonly options: Pick<MatchSettings, 'frames' | 'matching' | 'pool' | 'flow'>;
  readonly inputs: InputsAccount;
  readonly items: number;
  readonly clips: number;
  readonly frames: Tally['frames'];
  readonly boxes: Tally['boxes'];
  readonly matches: number;
  readonly stages: Readonly<Record<StageName, StageReport>>;
  /** The stage whose slots were at work for the largest share of the time; absent when nothing was done. */
  readonly limit?: string;
  readonly usage: RunUsage;
  /** Settings that would probably make the same run faster: at most two, see `runAdvice`. */
  readonly advice: readonly Advice[];
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
  extends Omit<
    RunReport,
    'format' | 'versions' | 'options' | 'inputs' | 'frames' | 'boxes' | 'limit' | 'advice' | keyof Vitals
  > {
  readonly settings: MatchSettings;
  readonly ffmpeg: Ffmpeg;
  readonly tally: Tally;
  readonly ignored: readonly IgnoredEntry[];
  readonly vitals: Vitals;
}

/** Puts the account of a run together. */
export function runReport({ settings, ffmpeg, tally, ignored, vitals, ...facts }: RunFacts): RunReport {
  const { frames, matching, pool, flow } = settings;
  const limit = limitingStage(facts.stages);
  return {
    format: 1,
    ...facts,
    ...vitals,
    versions: { vitrine: packageVersion, node: process.versions.node, ffmpeg },
    options: { frames, matching, pool, flow },
    inputs: inputsAccount(tally, { root: facts.root, ignored }),
    frames: tally.frames,
    boxes: tally.boxes,
    ...(limit !== undefined && { limit }),
    advice: runAdvice({
      device: facts.device.device,
      lanes: facts.device.lanes,
      cores: usableCores(),
      memoryBytes: memoryBytes(),
      flow,
      sources: facts.items + facts.clips,
      stages: facts.stages,
      usage: facts.usage,
    }),
  };
}

/** Memory that this process may use: of the machine, or of the container where that is less. */
function memoryBytes(): number {
  const allowed = process.constrainedMemory();
  return allowed > 0 ? Math.min(allowed, totalmem()) : totalmem();
}
