import { assertInteger } from '../core/assert.ts';
import { defaultFlow } from '../core/defaults.ts';
import { type Detector, type Embedder } from '../core/ports.ts';
import { type WatchWork } from '../core/work.ts';
import { chooseDevice, type DeviceChoice, type DeviceReport } from './choose-device.ts';
import { type ExitGuard, exitGuard } from './exit-guard.ts';
import { fixedShapes } from './fixed-shapes.ts';
import { lanePool } from './lane-pool.ts';
import { type LaneSetup, type Provider } from './lane-protocol.ts';
import { loadManifest, type ModelSet } from './load-manifest.ts';
import { detectorContract, embedderContract } from './model-contract.ts';
import { detectorModel, onnxDetector, type Resize } from './onnx-detector.ts';
import { type MemoryLender } from './memory-pool.ts';
import { embedderModel, onnxEmbedder } from './onnx-embedder.ts';
import { type Lane, openLane, type OpenLaneOptions } from './open-lane.ts';
import { cpuShare, placeModels } from './place-models.ts';
import { warmUp } from './warm-up.ts';

/** Options of {@link openModels}. */
export interface OpenModelsOptions {
  /** Folder with a `manifest.json`. */
  readonly folder: string;
  /** How pictures shrink to the detector's short side. */
  readonly resize: Resize;
  /** @defaultValue `'auto'` */
  readonly device?: DeviceChoice | undefined;
  /** Worker threads: an integer, at least 1. @defaultValue CPU cores that may be used on `cpu`, 1 on a GPU, see {@link placeModels} */
  readonly lanes?: number | undefined;
  /** Most frames in one detector call: an integer, at least 1. @defaultValue {@link defaultFlow} */
  readonly detectorBatch?: number | undefined;
  /** Most crops in one embedder call: an integer, at least 1. @defaultValue {@link defaultFlow} */
  readonly embedderBatch?: number | undefined;
  /** Where the memory of features comes from: only for a caller who gives it back when nobody looks at it any more. @defaultValue new memory for each */
  readonly features?: MemoryLender | undefined;
  /** Told of each run of a model: `lane` and its number, with the model's name and `batch`; first runs as warm-up. */
  readonly watch?: WatchWork | undefined;
  /** Stops the opening; its reason comes out. */
  readonly signal?: AbortSignal | undefined;
}

/** A model set that is ready to work. Disposing it ends its threads and fails what is still asked of it. */
export interface Models extends AsyncDisposable {
  readonly detector: Detector;
  readonly embedder: Embedder;
  readonly device: DeviceReport;
  /** Time of all first runs, in milliseconds. */
  readonly warmUpMs: number;
  readonly set: ModelSet;
}

/**
 * Opens a model set on a device, one session of every model a lane, and runs each once.
 *
 * @example await using models = await openModels({ folder: 'fixtures/models/compact', resize: resizePicture });
 * @throws PipelineError `manifest-invalid`, `model-invalid`, `device-unavailable` or `inference-failed`.
 * @throws TypeError when an option is out of range.
 */
export async function openModels(options: OpenModelsOptions): Promise<Models> {
  const { folder, resize, device: asked = 'auto', watch, signal } = options;
  const { detectorBatch = defaultFlow.detectorBatch, embedderBatch = defaultFlow.embedderBatch } = options;
  if (options.lanes !== undefined) assertInteger('lanes', options.lanes, 1, 256);
  assertInteger('detectorBatch', detectorBatch, 1, 1024);
  assertInteger('embedderBatch', embedderBatch, 1, 4096);
  signal?.throwIfAborted();

  const [set, chosen] = await Promise.all([loadManifest(folder), chooseDevice(asked)]);
  const { lanes: laneCount } = placeModels({
    device: chosen.device,
    cpu: cpuShare(),
    lanes: options.lanes,
    flow: { detectorBatch, embedderBatch },
  });
  const fixed = chosen.device === 'cpu' ? undefined : fixedShapes({ set, detectorBatch, embedderBatch });
  const guard = exitGuard(laneCount);
  let isWarmUp = true;
  const onRunOf = (slot: number): OpenLaneOptions['onRun'] =>
    watch &&
    (({ model, dims }) => watch({ place: 'lane', slot, name: model, isWarmUp, facts: { batch: dims[0] ?? 0 } }));
  const lanes = await openLanes(guard, setupOf(set, chosen.device), { onRunOf, signal });
  const pool = lanePool(lanes);
  const close = async (): Promise<void> => {
    await pool[Symbol.asyncDispose]();
    guard[Symbol.dispose]();
  };
  // Closing rejects the first runs, so that an abort need not wait for them.
  const abort = (): void => void close();
  signal?.addEventListener('abort', abort, { once: true });
  try {
    const start = performance.now();
    await Promise.all(lanes.map((lane) => warmUp(lane, { set, fixed })));
    signal?.throwIfAborted();
    isWarmUp = false;
    return {
      detector: onnxDetector({ pool, set, resize, fixed }),
      embedder: onnxEmbedder({ pool, set, fixed, features: options.features }),
      device: { ...chosen, lanes: laneCount },
      warmUpMs: performance.now() - start,
      set,
      [Symbol.asyncDispose]: close,
    };
  } catch (error) {
    await close();
    signal?.throwIfAborted();
    throw error;
  } finally {
    signal?.removeEventListener('abort', abort);
  }
}

function setupOf(set: ModelSet, provider: Provider): LaneSetup {
  return {
    provider,
    models: [
      { name: detectorModel, path: set.detector.path, contract: detectorContract },
      ...set.embedders.map(({ name, path }) => ({ name: embedderModel(name), path, contract: embedderContract })),
    ],
  };
}

interface OpenLanesOptions {
  readonly onRunOf: (slot: number) => OpenLaneOptions['onRun'];
  readonly signal: AbortSignal | undefined;
}

/** All lanes, or none: when one fails, the others are closed. */
async function openLanes(
  guard: ExitGuard,
  setup: LaneSetup,
  { onRunOf, signal }: OpenLanesOptions,
): Promise<readonly Lane[]> {
  const settled = await Promise.allSettled(
    guard.flags.map((state, slot) => openLane(setup, { state, onRun: onRunOf(slot) })),
  );
  const lanes = settled.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
  const failed = settled.find((one) => one.status === 'rejected');
  if (!failed && !signal?.aborted) return lanes;
  await Promise.all(lanes.map((lane) => lane[Symbol.asyncDispose]()));
  guard[Symbol.dispose]();
  signal?.throwIfAborted();
  throw failed?.reason;
}
