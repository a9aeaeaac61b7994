import { limitingStage } from '../flow/limiting-stage.ts';
import { type StageReport } from '../flow/stage-meter.ts';
import { type ItemIndex } from '../io/open-item-index.ts';
import { type IgnoredEntry } from '../io/list-folder.ts';
import { type DeviceReport } from '../models/choose-device.ts';
import { type StageName } from './box-graph.ts';
import { type GraphSettings } from './graph-options.ts';
import { type IndexMode } from './index-items.ts';
import { type InputsAccount, inputsAccount } from './inputs-account.ts';
import { packageVersion } from './package-folder.ts';
import { type Tally } from './run-tally.ts';
import { type Vitals } from './run-vitals.ts';

/** What an index holds. */
export interface IndexContent {
  readonly items: number;
  readonly boxes: number;
  /** Boxes on the disk that count no more, as their items were replaced or removed. */
  readonly staleBoxes: number;
}

/** An account of what was done to an index. Times in milliseconds, sizes in bytes. */
export interface IndexReport {
  readonly format: 1;
  readonly root: string;
  readonly index: string;
  readonly mode: IndexMode;
  /** In UTC. */
  readonly startedAt: string;
  readonly elapsedMs: number;
  readonly versions: { readonly vitrine: string; readonly node: string };
  /** Absent when nothing was to be embedded, so that no model was opened. */
  readonly device?: DeviceReport;
  readonly models: { readonly folder: string; readonly name: string; readonly fingerprint: string };
  readonly options: Pick<GraphSettings, 'flow'>;
  /** Pictures. */
  readonly inputs: InputsAccount;
  /** Items of the shop: `total = added + replaced + unchanged + failed`. */
  readonly items: {
    readonly total: number;
    readonly added: number;
    readonly replaced: number;
    /** Were in the index with the same pictures, and were left alone. */
    readonly unchanged: number;
    /** Have no picture that can be read; what the index holds of them was left alone. */
    readonly failed: number;
  };
  readonly frames: Tally['frames'];
  /** Boxes that were found and embedded. */
  readonly boxes: { readonly embedded: number; readonly dropped: number };
  /** The index afterwards. */
  readonly content: IndexContent;
  readonly stages?: Readonly<Record<StageName, StageReport>>;
  /** The stage whose slots were at work for the largest share of the time; absent when nothing was done. */
  readonly limit?: string;
  /** Pixels in flight: what was allowed and what was reached. */
  readonly credit?: { readonly totalBytes: number; readonly peakBytes: number };
  readonly warmUpMs: number;
  readonly inferenceMs: number;
  readonly peakRssBytes: number;
  readonly eventLoopDelayMs: Vitals['eventLoopDelayMs'];
}

/** What a report is made of, beside its own fields. */
export interface IndexFacts
  extends Omit<
    IndexReport,
    'format' | 'versions' | 'options' | 'inputs' | 'frames' | 'boxes' | 'limit' | keyof Vitals
  > {
  readonly settings: GraphSettings;
  readonly tally: Tally;
  readonly ignored: readonly IgnoredEntry[];
  readonly vitals: Vitals;
}

/** Puts the account together. */
export function indexReport({ settings, tally, ignored, vitals, ...facts }: IndexFacts): IndexReport {
  const limit = facts.stages && limitingStage(facts.stages);
  return {
    format: 1,
    ...facts,
    ...vitals,
    versions: { vitrine: packageVersion, node: process.versions.node },
    options: { flow: settings.flow },
    inputs: inputsAccount(tally, { root: facts.root, ignored }),
    frames: tally.frames,
    boxes: { embedded: tally.boxes.items, dropped: tally.boxes.dropped },
    ...(limit !== undefined && { limit }),
  };
}

/** Counts what an index holds. */
export function contentOf({ items, rows, staleRows }: ItemIndex): IndexContent {
  return { items: items.size, boxes: rows, staleBoxes: staleRows };
}
