import { availableParallelism } from 'node:os';
import { type LanePool, lanePool } from '../../src/models/lane-pool.ts';
import { loadManifest, type ModelSet } from '../../src/models/load-manifest.ts';
import { detectorContract, embedderContract } from '../../src/models/model-contract.ts';
import { detectorModel } from '../../src/models/onnx-detector.ts';
import { embedderModel } from '../../src/models/onnx-embedder.ts';
import { openLane } from '../../src/models/open-lane.ts';
import { warmUp } from '../../src/models/warm-up.ts';

/** The lanes that `match` runs its models on, one a CPU core, without the ports before them. */
export interface OpenLanes extends AsyncDisposable {
  readonly set: ModelSet;
  readonly pool: LanePool;
  readonly count: number;
}

/** Opens a model set on all cores as `openModels` does, and runs each model once. */
export async function openLanes(folder: string): Promise<OpenLanes> {
  const set = await loadManifest(folder);
  const count = availableParallelism();
  const models = [
    { name: detectorModel, path: set.detector.path, contract: detectorContract },
    ...set.embedders.map(({ name, path }) => ({ name: embedderModel(name), path, contract: embedderContract })),
  ];
  const lanes = await Promise.all(Array.from({ length: count }, () => openLane({ provider: 'cpu', models })));
  await Promise.all(lanes.map((lane) => warmUp(lane, { set })));
  const pool = lanePool(lanes);
  return { set, pool, count, [Symbol.asyncDispose]: () => pool[Symbol.asyncDispose]() };
}
