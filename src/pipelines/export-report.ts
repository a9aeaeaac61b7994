import { type DataProblem } from '../core/data-problem.ts';
import { type CocoCounts } from '../io/coco-file.ts';
import { type CropCounts } from '../io/crops-csv.ts';
import { type InputStatus } from '../io/export-part.ts';
import { type IgnoredEntry } from '../io/list-folder.ts';
import { type Ffmpeg } from '../media/find-ffmpeg.ts';
import { type ExportedUnit } from './export-unit.ts';
import { type ExportSettings } from './export-options.ts';
import { packageVersion } from './package-folder.ts';
import { type Split } from './split-units.ts';

/** How far an export is. An input counts when its item or clip is on the disk. */
export interface ExportProgress {
  /** Pictures and clips that were exported, or were by an earlier run. */
  readonly done: number;
  /** Those of which nothing is known or wanted. */
  readonly skipped: number;
  /** Those that cannot be read. */
  readonly failed: number;
  /** All pictures and clips. */
  readonly total: number;
  /** Pictures and frames that were decoded. */
  readonly frames: number;
  /** Milliseconds since the run began. */
  readonly elapsedMs: number;
}

/** What `export.json` holds: an account of an export. */
export interface ExportReport {
  readonly format: 1;
  /** In UTC. */
  readonly startedAt: string;
  readonly elapsedMs: number;
  readonly versions: { readonly vitrine: string; readonly node: string; readonly ffmpeg: Ffmpeg };
  readonly roots: readonly {
    readonly path: string;
    /** Name that its files and rows have. */
    readonly key: string;
    readonly items: number;
    readonly clips: number;
    /** Whether all of it is for validation. */
    readonly isValidation: boolean;
  }[];
  readonly options: Pick<ExportSettings, 'validationShare' | 'sharedIds' | 'quality' | 'cropFrames' | 'flow'>;
  /** Pictures and clips: `total = done + skipped + failed`. */
  readonly inputs: Readonly<Record<InputStatus | 'total', number>> & {
    /** Those that an earlier run had exported. */
    readonly takenOver: number;
    /** What else was found under the roots; not among the inputs. */
    readonly ignored: readonly IgnoredEntry[];
  };
  /** Pictures and frames that this run decoded. */
  readonly frames: number;
  readonly boxes: {
    /** Those that reached out of their picture, and were cut to it. */
    readonly clamped: number;
    /** Those that had nothing inside their picture, and were left out. */
    readonly dropped: number;
  };
  /** Pixels in flight: what was allowed and what was reached, in bytes. */
  readonly credit: { readonly totalBytes: number; readonly peakBytes: number };
  /** What the COCO files hold, if they were asked for. */
  readonly coco?: { readonly folder: string } & Readonly<Record<Split, CocoCounts>>;
  /** What the CSV file holds, if it was asked for. */
  readonly crops?: { readonly folder: string } & Readonly<Record<Split, CropCounts>>;
  /** Everything that is wrong with the inputs, in their order. */
  readonly problems: readonly DataProblem[];
}

/** What a report is made of, beside its own fields. */
export interface ExportFacts extends Pick<ExportReport, 'startedAt' | 'elapsedMs' | 'credit' | 'coco' | 'crops'> {
  readonly settings: ExportSettings;
  readonly ffmpeg: Ffmpeg;
  readonly ignored: readonly IgnoredEntry[];
  /** In the order of the inputs. */
  readonly units: readonly ExportedUnit[];
}

/** Puts the account of an export together. */
export function exportReport({ settings, ffmpeg, ignored, units, ...facts }: ExportFacts): ExportReport {
  const { roots, validationRoots, validationShare, sharedIds, quality, cropFrames, flow } = settings;
  const { done, skipped, failed, frames } = units.reduce(addCounts, noCounts);
  return {
    format: 1,
    ...facts,
    versions: { vitrine: packageVersion, node: process.versions.node, ffmpeg },
    roots: roots.map(({ path, key }) => {
      const sides = units.filter(({ unit }) => unit.root.key === key).map(({ unit }) => unit.side);
      const items = sides.filter((side) => side === 'picture').length;
      return { path, key, items, clips: sides.length - items, isValidation: validationRoots.has(key) };
    }),
    options: { validationShare, sharedIds, quality, cropFrames, flow },
    inputs: {
      total: done + skipped + failed,
      done,
      skipped,
      failed,
      takenOver: sumOf(units, ({ unit, isTakenOver }) => (isTakenOver ? unit.inputs.length : 0)),
      ignored,
    },
    frames,
    boxes: {
      clamped: sumOf(units, ({ account }) => account.clamped),
      dropped: sumOf(units, ({ account }) => account.dropped),
    },
    problems: units.flatMap(({ account }) => account.problems),
  };
}

/** What is counted as units come. */
export type ExportCounts = Pick<ExportProgress, 'done' | 'skipped' | 'failed' | 'frames'>;

/** The counts of nothing. */
export const noCounts: ExportCounts = { done: 0, skipped: 0, failed: 0, frames: 0 };

/** The counts with one more unit in them. */
export function addCounts(counts: ExportCounts, { account, frames }: ExportedUnit): ExportCounts {
  const count = (status: InputStatus): number => account.statuses.filter((one) => one === status).length;
  return {
    done: counts.done + count('done'),
    skipped: counts.skipped + count('skipped'),
    failed: counts.failed + count('failed'),
    frames: counts.frames + frames,
  };
}

function sumOf(units: readonly ExportedUnit[], of: (unit: ExportedUnit) => number): number {
  return units.reduce((sum, unit) => sum + of(unit), 0);
}
