import { performance } from 'node:perf_hooks';
import { type Observable, lastValueFrom } from 'rxjs';
import { type FlowOptions } from '../core/defaults.ts';
import { type RgbImage } from '../core/rgb-image.ts';
import { resizePicture } from '../media/resize-picture.ts';
import { type DeviceChoice, type DeviceReport } from '../models/choose-device.ts';
import { openModels } from '../models/open-models.ts';

/** Options of {@link measureModels}. */
export interface MeasureModelsOptions {
  /** Folder of the model set. */
  readonly folder: string;
  readonly device: DeviceChoice;
  /** Worker threads that run models, at least 1. */
  readonly lanes?: number | undefined;
  readonly flow: FlowOptions;
  /** How long each kind of model is kept busy, in milliseconds. @defaultValue `1000` */
  readonly forMs?: number;
  readonly signal?: AbortSignal | undefined;
}

/** How fast a model set is on a device, all lanes busy. */
export interface ModelSpeed {
  readonly device: DeviceReport;
  /** Time of all first runs, in milliseconds. */
  readonly warmUpMs: number;
  /** 540x960 frames a second through the detector, resizing included. */
  readonly detectorFramesPerSec: number;
  /** Crops a second through all embedders. */
  readonly embedderCropsPerSec: number;
}

/** Opens a model set and keeps it busy for a moment with made-up pixels. */
export async function measureModels(options: MeasureModelsOptions): Promise<ModelSpeed> {
  const { folder, device, lanes, flow, forMs = 1000, signal } = options;
  const { detectorBatch, embedderBatch } = flow;
  await using models = await openModels({
    folder,
    device,
    lanes,
    detectorBatch,
    embedderBatch,
    resize: resizePicture,
    signal,
  });
  const { detector, embedder } = models;
  const [cropWidth, cropHeight] = embedder.cropSizes[7] ?? [1, 1];
  const frames: readonly RgbImage[] = Array(detectorBatch).fill(pattern(540, 960));
  const crops: readonly RgbImage[] = Array(embedderBatch).fill(pattern(cropWidth, cropHeight));
  const busy = { parallel: models.device.lanes, forMs, signal };
  const detectorRunsPerSec = await runsPerSec(() => detector.detect(frames, 'gallery'), busy);
  const embedderRunsPerSec = await runsPerSec(() => embedder.embed(crops), busy);
  return {
    device: models.device,
    warmUpMs: models.warmUpMs,
    detectorFramesPerSec: detectorRunsPerSec * detectorBatch,
    embedderCropsPerSec: embedderRunsPerSec * embedderBatch,
  };
}

interface Busy {
  readonly parallel: number;
  readonly forMs: number;
  readonly signal: AbortSignal | undefined;
}

async function runsPerSec(run: () => Observable<unknown>, { parallel, forMs, signal }: Busy): Promise<number> {
  const start = performance.now();
  let runs = 0;
  const work = async (): Promise<void> => {
    while (performance.now() - start < forMs) {
      signal?.throwIfAborted();
      await lastValueFrom(run());
      runs += 1;
    }
  };
  await Promise.all(Array.from({ length: parallel }, work));
  return (runs * 1000) / (performance.now() - start);
}

/** Pixels that are not all alike: a detector may be faster on an empty picture. */
function pattern(width: number, height: number): RgbImage {
  const data = new Uint8Array(width * height * 3);
  for (let index = 0; index < data.length; index += 1) data[index] = (index * 2_654_435_761) >>> 24;
  return { width, height, data };
}
