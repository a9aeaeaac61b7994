import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { lastValueFrom, scan, startWith, tap } from 'rxjs';
import { type BoxFeature } from '../core/box-feature.ts';
import { type Owner } from '../core/frame.ts';
import { type FrameSource } from '../core/frame-source.ts';
import { messageOf, PipelineError } from '../core/errors.ts';
import { untilAborted } from '../flow/until-aborted.ts';
import { whileClaimed } from '../io/claim-folder.ts';
import { createBoxStore } from '../io/create-box-store.ts';
import { openDataset } from '../io/dataset.ts';
import { writeFileWhole } from '../io/write-file-whole.ts';
import { findWriteTarget } from '../io/write-target.ts';
import { openFfmpegHost } from '../media/ffmpeg-host.ts';
import { type Ffmpeg, findFfmpeg } from '../media/find-ffmpeg.ts';
import { PixelPool } from '../media/pixel-pool.ts';
import { resizePicture } from '../media/resize-picture.ts';
import { lendMemory } from '../models/memory-pool.ts';
import { openModels } from '../models/open-models.ts';
import { boxGraph } from './box-graph.ts';
import { datasetSources } from './dataset-sources.ts';
import { frameForecast } from './frame-forecast.ts';
import { frameDecoder } from './frame-decoder.ts';
import { type MainThreadUse, meterMainThread } from './main-thread.ts';
import { type MatchDatasetOptions, type MatchSettings, matchSettings } from './match-options.ts';
import { matchStored } from './match-stored.ts';
import { createPendingWork } from './pending-work.ts';
import { reusedCrops } from './reused-crops.ts';
import { type RunFacts, type RunReport, runReport } from './run-report.ts';
import { openRunTrace, type RunTrace } from './run-trace.ts';
import { addSource, emptyTally, progressOf, type Tally } from './run-tally.ts';
import { watchCalls, watchPromises } from './watch-calls.ts';
import { usageMeter, watchBoth } from './run-usage.ts';
import { type VitalsMonitor, watchVitals } from './run-vitals.ts';

export type { MatchDatasetOptions } from './match-options.ts';
export type { RunReport } from './run-report.ts';
export type { Progress } from './run-tally.ts';

/**
 * Says which item each clip of a data set shows, in which frame and where: the main job.
 *
 * Writes `boxes/` (the box store), `result.json` (SPEC 7) and `run.json` (the report) into `out`, and last of all the `trace`, if one is asked for. The result depends on the inputs,
 * the models, `frames`, `matching` and `pool` alone. Inputs that cannot be read are accounted for in the report and do not stop the run. The models
 * are closed before matching begins.
 *
 * @example const { inputs, matches } = await matchDataset({ root: 'shop', out: 'runs/1' });
 * @throws TypeError when an option is out of range, before anything is read or written.
 * @throws PipelineError `options-invalid`, `dataset-invalid`, `ffmpeg-missing`, `manifest-invalid`, `model-invalid`, `device-unavailable`,
 * `inference-failed`, `store-invalid` or `file-unwritable`.
 */
export async function matchDataset(options: MatchDatasetOptions): Promise<RunReport> {
  const settings = matchSettings(options);
  return whileClaimed([options.out], () => match(options, settings));
}

async function match(options: MatchDatasetOptions, settings: MatchSettings): Promise<RunReport> {
  const { matching, pool } = settings;
  const { root, out, signal } = options;
  const startedAt = new Date().toISOString();
  using vitals = watchVitals();

  const [dataset, ffmpeg] = await Promise.all([openDataset(root), findFfmpeg()]);
  signal?.throwIfAborted();
  const report = join(out, 'run.json');
  const result = join(out, 'result.json');
  const { trace: tracePath } = options;
  const earlier = [report, result, ...(tracePath === undefined ? [] : [tracePath])];
  await using trace = tracePath === undefined ? undefined : await openRunTrace(tracePath);

  const sources = datasetSources(dataset, settings.frames);
  const { products, ...found } = await findBoxes(sources, { options, settings, ffmpeg, vitals, trace, earlier });

  const startedMatchingMs = vitals.read().elapsedMs;
  const endMatching = trace?.watch({ place: 'match', slot: 0, name: 'match' });
  const matches = await matchStored({ from: out, out: result, matching, pool, products, signal });
  endMatching?.();
  const end = vitals.read();

  const account = runReport({
    ...found,
    root,
    out,
    startedAt,
    settings,
    ffmpeg,
    ignored: dataset.ignored,
    items: dataset.items.length,
    clips: dataset.clips.length,
    matches: matches.length,
    matchingMs: end.elapsedMs - startedMatchingMs,
    vitals: end,
  });
  await writeFileWhole(report, `${JSON.stringify(account, undefined, 2)}\n`);
  await trace?.close();
  return account;
}

async function removeEarlier(path: string): Promise<void> {
  try {
    const target = await findWriteTarget(path);
    // A device or a pipe is no answer of an earlier run, and a link stays.
    if (!target.isDirect) await rm(target.path, { force: true });
  } catch (cause) {
    const message = `Cannot write ${path}: ${messageOf(cause)}. Name a folder as --out that can be written to.`;
    throw new PipelineError('file-unwritable', message, { path, cause });
  }
}

/**
 * Features whose memory is kept to be used again: those of the clips that are open at once. What waits until its clip is complete outlives small garbage collections, and V8
 * lets it lie until it goes through its whole heap.
 */
const keptFeatures = 2048;

/** Half of a feature of 2048 numbers. */
const featureGranule = 4096;

interface FindBoxes {
  readonly options: MatchDatasetOptions;
  readonly settings: MatchSettings;
  readonly ffmpeg: Ffmpeg;
  readonly vitals: VitalsMonitor;
  readonly trace: RunTrace | undefined;
  /** Files of a run before this one. */
  readonly earlier: readonly string[];
}

type FoundBoxes = Pick<
  RunFacts,
  'tally' | 'stages' | 'usage' | keyof MainThreadUse | 'credit' | 'device' | 'models' | 'warmUpMs' | 'inferenceMs'
> & {
  /** Multiplications of features that comparing every box of an item with every box of a clip takes. */
  readonly products: number;
};

/** Runs the graph on real devices, from files to the box store; when it returns, everything that it opened is closed. */
async function findBoxes(sources: readonly FrameSource[], run: FindBoxes): Promise<FoundBoxes> {
  const { options, settings, ffmpeg, vitals, trace, earlier } = run;
  const { models: folder, device, lanes, frames, flow } = settings;
  const { out, signal, onProgress } = options;
  const meter = usageMeter();
  // What the usage is made of is always watched; the rest only for a trace.
  const watch = trace?.watch;
  const watchDevices = watchBoth(meter.watch, watch);
  const resize = watchCalls(resizePicture, { place: 'resize', name: 'resize', watch });
  await using host = openFfmpegHost(); // Before the models are in memory.
  const features = lendMemory(keptFeatures, featureGranule);
  await using models = await openModels({
    folder,
    device,
    lanes,
    resize,
    features,
    watch: watchDevices,
    signal,
    ...flow,
  });
  const { detector, embedder, set, warmUpMs } = models;
  // A run that is cut short must not leave the answers of the one before it; one that cannot begin leaves them alone.
  await Promise.all(earlier.map(removeEarlier));
  const store = await createBoxStore(join(out, 'boxes'), {
    model: set.fingerprint,
    featureLength: embedder.featureLength,
  });
  const writeBoxes = async (owner: Owner, boxes: readonly BoxFeature[]): Promise<void> => {
    await store.write(owner, boxes);
    for (const { feature } of boxes) features.giveBack(feature);
  };
  const write = watchPromises(writeBoxes, {
    place: 'store',
    name: 'store',
    watch,
  });
  await using pending = createPendingWork();
  const startedMs = vitals.read().elapsedMs;
  const readMainThread = meterMainThread();

  const crops = reusedCrops();
  const graph = boxGraph(
    sources,
    {
      decode: frameDecoder({
        ffmpeg,
        start: host.start,
        frames,
        openPictures: flow.concurrency,
        pending,
        pool: new PixelPool(),
        watch: watchDevices,
      }),
      detector,
      cropper: watchCalls(crops.cropper, { place: 'crop', name: 'crop', watch }),
      onEmbedded: crops.onEmbedded,
      embedder,
      write: (owner, boxes) => pending.track(write(owner, boxes)),
    },
    { ...flow, lanes: models.device.lanes },
  );

  trace?.count(graph.readEdges);

  const total = sources.reduce((sum, { inputs }) => sum + inputs.length, 0);
  const forecast = frameForecast(sources);
  let framesTotal = forecast();
  const report = (tally: Tally): void =>
    onProgress?.(progressOf(tally, { total, framesTotal, elapsedMs: vitals.read().elapsedMs }));
  const tally = await lastValueFrom(
    graph.stored$.pipe(
      tap((stored) => (framesTotal = forecast(stored))),
      scan(addSource, emptyTally),
      startWith(emptyTally),
      tap(report),
      untilAborted(signal),
    ),
  );

  return {
    tally,
    products: tally.boxes.items * tally.boxes.clips * embedder.featureLength,
    stages: graph.readStages(),
    usage: meter.read(models.device.lanes),
    ...readMainThread(),
    credit: { totalBytes: graph.bytes.total, peakBytes: graph.bytes.peak },
    device: models.device,
    models: { folder, name: set.name, fingerprint: set.fingerprint },
    warmUpMs,
    inferenceMs: vitals.read().elapsedMs - startedMs,
  };
}
