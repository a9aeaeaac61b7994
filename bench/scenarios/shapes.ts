import { type CropSize } from '../../src/core/bucket.ts';
import { detectorSize } from '../../src/models/detector-size.ts';
import { type LaneOutputs, type Provider } from '../../src/models/lane-protocol.ts';
import { loadManifest, type ModelSet } from '../../src/models/load-manifest.ts';
import { detectorContract, embedderContract, type ModelContract } from '../../src/models/model-contract.ts';
import { detectorModel } from '../../src/models/onnx-detector.ts';
import { embedderModel } from '../../src/models/onnx-embedder.ts';
import { type Lane, openLane } from '../../src/models/open-lane.ts';
import { type Spread, spreadOf } from '../harness/spread.ts';

/** A shape of input of one model, and what it costs there. */
export interface ShapeRow {
  readonly model: string;
  /** `[batch, height, width, 3]`. */
  readonly dims: readonly number[];
  /** The first run of this shape in a session that has run others, and the median of the next ones; milliseconds in the lane. */
  readonly firstMs: Spread;
  readonly steadyMs: Spread;
  /** First over steady, session by session. */
  readonly ratio: Spread;
}

/** Options of {@link runShapes}. */
export interface RunShapesOptions {
  readonly models: string;
  readonly provider: Provider;
  readonly batches: readonly number[];
  /** Runs of a shape after its first. */
  readonly steady: number;
  /** Sessions of each model that count, each new. */
  readonly runs: number;
  readonly say: (line: string) => void;
  /** Told what every run gave. */
  readonly onOutputs?: (model: string, outputs: LaneOutputs) => void;
}

/** Devices that a session can be asked to run on. */
export const shapeProviders: readonly Provider[] = ['cpu', 'webgpu', 'cuda'];

/** Clips upright and lying, and pictures that are square or nearly so, before they are scaled to the detector's short side. */
export const seenSizes: readonly CropSize[] = [
  [540, 960],
  [960, 540],
  [800, 800],
  [600, 800],
];

interface Job {
  readonly name: string;
  readonly path: string;
  readonly contract: ModelContract;
  readonly sizes: readonly CropSize[];
}

/** Opens lane after lane with one model each, runs something small that is not counted, and then each shape some times in a row. */
export async function runShapes(options: RunShapesOptions): Promise<readonly ShapeRow[]> {
  const { models, provider, batches, steady, runs, say, onOutputs } = options;
  const rows: ShapeRow[] = [];
  for (const { name, path, contract, sizes } of jobsOf(await loadManifest(models))) {
    const shapes = sizes.flatMap(([width, height]) => batches.map((batch) => [batch, height, width, 3] as const));
    const measured = shapes.map(() => ({ first: [] as number[], steady: [] as number[] }));
    for (let session = 0; session < runs; session += 1) {
      let lastMs = 0;
      await using lane = await openLane(
        { provider, models: [{ name, path, contract }] },
        {
          onRun:
            () =>
            ({ times }) =>
              void (lastMs = times ? times.endMs - times.startMs : 0),
        },
      );
      const run = async (dims: readonly number[]): Promise<number> => {
        const outputs = await runNoise(lane, name, dims);
        onOutputs?.(name, outputs);
        return lastMs;
      };
      await run([1, 32, 32, 3]);
      for (const [place, dims] of shapes.entries()) {
        measured[place]!.first.push(await run(dims));
        const next: number[] = [];
        for (let time = 0; time < steady; time += 1) next.push(await run(dims));
        measured[place]!.steady.push(spreadOf(next).median);
      }
    }
    for (const [place, dims] of shapes.entries()) {
      const { first, steady: later } = measured[place]!;
      const ratio = spreadOf(first.map((ms, session) => ms / later[session]!));
      rows.push({ model: name, dims, firstMs: spreadOf(first), steadyMs: spreadOf(later), ratio });
    }
    say(`${name}: ${shapes.length} shapes in ${runs} sessions`);
  }
  return rows;
}

function jobsOf({ detector, embedders, cropSizes }: ModelSet): readonly Job[] {
  const { clips, maxSide, path } = detector;
  const seen = seenSizes.map(([width, height]) => detectorSize(width, height, { shortSide: clips.shortSide, maxSide }));
  return [
    { name: detectorModel, path, contract: detectorContract, sizes: seen },
    ...embedders.map(({ name, path: file }) => {
      return { name: embedderModel(name), path: file, contract: embedderContract, sizes: cropSizes };
    }),
  ];
}

/** The same noise each time: what a detector finds in it depends on nothing else. */
async function runNoise(lane: Lane, model: string, dims: readonly number[]): Promise<LaneOutputs> {
  const data = new Uint8Array(dims.reduce((product, length) => product * length, 1));
  let state = 1;
  for (let place = 0; place < data.length; place += 1) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    data[place] = state >>> 24;
  }
  return lane.run({ model, dims, data });
}
