import { dirname, join } from 'node:path';
import { from, lastValueFrom, mergeMap, tap, toArray } from 'rxjs';
import { Credits } from '../flow/credits.ts';
import { untilAborted } from '../flow/until-aborted.ts';
import { whileClaimed } from '../io/claim-folder.ts';
import { type IgnoredEntry } from '../io/list-folder.ts';
import { removeFolder } from '../io/remove-folder.ts';
import { openTrainingRoot } from '../io/training-root.ts';
import { removeTemporaries, writeFileWhole } from '../io/write-file-whole.ts';
import { type Ffmpeg, findFfmpeg } from '../media/find-ffmpeg.ts';
import { assembleCoco, assembleCrops } from './assemble-export.ts';
import { cocoTarget } from './coco-target.ts';
import { cropsTarget } from './crops-target.ts';
import { type ExportDatasetOptions, type ExportSettings, exportSettings } from './export-options.ts';
import { addCounts, type ExportReport, exportReport, noCounts } from './export-report.ts';
import { type ExportedUnit, type ExportPorts, exportUnit } from './export-unit.ts';
import { type ExportUnit, unitsOf } from './export-units.ts';
import { frameDecoder } from './frame-decoder.ts';
import { createPendingWork } from './pending-work.ts';
import { splitUnits } from './split-units.ts';

/** Units that are open beside those that are being decoded: their last frames are on the way to the disk. */
const unitsBehindDecoders = 4;

/**
 * Writes training data from annotated folders: COCO for a detector, crops and a CSV for embedders, each clip decoded once for both.
 *
 * What is exported depends on the inputs and the options of the format alone. Inputs that cannot be read, and annotations that contradict them, are in
 * the report and do not stop the run. A run that was cut short is taken up again: what is whole is kept in `.parts/`, and the
 * files that are made of the parts come out the same, byte for byte.
 *
 * @example const { coco, problems } = await exportDataset({ roots: ['shop'], coco: 'coco', validationShare: 0.1 });
 * @throws TypeError when an option is out of range, before anything is read or written.
 * @throws PipelineError `options-invalid`, `dataset-invalid`, `ffmpeg-missing`, `store-invalid` or `file-unwritable`.
 */
export async function exportDataset(options: ExportDatasetOptions): Promise<ExportReport> {
  const settings = exportSettings(options);
  const folders = [...new Set([options.coco, options.crops].flatMap((folder) => folder ?? []))];
  return whileClaimed(folders, () => exportInto(folders, options, settings));
}

async function exportInto(
  folders: readonly string[],
  options: ExportDatasetOptions,
  settings: ExportSettings,
): Promise<ExportReport> {
  const { coco, crops, signal } = options;
  const { quality, cropFrames, sharedIds } = settings;
  const startedAt = new Date().toISOString();
  const startedMs = performance.now();

  const [{ units, ignored }, ffmpeg] = await Promise.all([listUnits(settings), findFfmpeg()]);
  signal?.throwIfAborted();
  const toCoco = coco === undefined ? undefined : { folder: coco, target: cocoTarget({ folder: coco, quality }) };
  const toCrops =
    crops === undefined
      ? undefined
      : { folder: crops, target: cropsTarget({ folder: crops, quality, frames: cropFrames }) };
  const targets = [toCoco, toCrops].flatMap((to) => to?.target ?? []);
  const reports = folders.map((folder) => join(folder, 'export.json'));
  await putAway([...reports, ...targets.flatMap(({ results }) => results)]);
  for (const { parts } of targets) await parts.tidy();

  const { exported, credit } = await exportUnits(units, { options, settings, ffmpeg, targets, startedMs });

  const sides = splitUnits(
    exported.map(({ unit, account }) => ({ unit, pieces: account.pieces })),
    settings,
  );
  const placed = exported.map(({ unit }, place) => ({ unit, split: sides[place] ?? 'train' }));
  const report = exportReport({
    ...(toCoco && { coco: await assembleCoco({ ...toCoco, units: placed, signal }) }),
    ...(toCrops && { crops: await assembleCrops({ ...toCrops, units: placed, signal, sharedIds }) }),
    startedAt,
    credit,
    elapsedMs: performance.now() - startedMs,
    settings,
    ffmpeg,
    ignored,
    units: exported,
  });
  for (const path of reports) await writeFileWhole(path, `${JSON.stringify(report, undefined, 2)}\n`);
  return report;
}

/** Removes the files of an earlier run: one that is cut short must not leave them, since they are about files that may be others by now. */
async function putAway(paths: readonly string[]): Promise<void> {
  for (const path of paths) {
    await removeFolder(path);
    await removeTemporaries(dirname(path));
  }
}

interface ListedUnits {
  readonly units: readonly ExportUnit[];
  readonly ignored: readonly IgnoredEntry[];
}

async function listUnits({ roots }: ExportSettings): Promise<ListedUnits> {
  const listed = await Promise.all(roots.map(async (root) => ({ root, found: await openTrainingRoot(root.path) })));
  return {
    units: listed.flatMap(({ root, found }) => unitsOf(root, found)),
    ignored: listed.flatMap(({ found }) => found.ignored),
  };
}

interface ExportedUnits extends Pick<ExportReport, 'credit'> {
  readonly exported: readonly ExportedUnit[];
}

interface ExportRun extends Pick<ExportPorts, 'targets'> {
  readonly options: ExportDatasetOptions;
  readonly settings: ExportSettings;
  readonly ffmpeg: Ffmpeg;
  readonly startedMs: number;
}

/** Exports all units, and gives them back in their order; when it returns, everything that it started has ended. */
async function exportUnits(units: readonly ExportUnit[], run: ExportRun): Promise<ExportedUnits> {
  const { targets, ffmpeg, startedMs } = run;
  const { cropFrames, flow } = run.settings;
  const { signal, onProgress } = run.options;
  await using pending = createPendingWork();
  const ports: ExportPorts = {
    targets,
    decode: frameDecoder({ ffmpeg, frames: cropFrames, openPictures: flow.concurrency, pending }),
    bytes: new Credits(flow.budgetBytes),
    decoders: new Credits(flow.concurrency),
    pending,
  };
  const total = units.reduce((sum, { inputs }) => sum + inputs.length, 0);
  let counts = noCounts;
  const tell = (): void => onProgress?.({ ...counts, total, elapsedMs: performance.now() - startedMs });
  tell();
  const exported = await lastValueFrom(
    from(units).pipe(
      mergeMap((unit) => exportUnit(unit, ports), flow.concurrency + unitsBehindDecoders),
      tap((unit) => {
        counts = addCounts(counts, unit);
        tell();
      }),
      toArray(),
      untilAborted(signal),
    ),
  );
  const places = new Map(units.map((unit, place) => [unit, place]));
  return {
    exported: exported.toSorted((a, b) => (places.get(a.unit) ?? 0) - (places.get(b.unit) ?? 0)),
    credit: { totalBytes: ports.bytes.total, peakBytes: ports.bytes.peak },
  };
}
