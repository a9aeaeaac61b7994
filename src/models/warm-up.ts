import { type CropSize } from '../core/bucket.ts';
import { PipelineError } from '../core/errors.ts';
import { type fixedShapes } from './fixed-shapes.ts';
import { type LaneOutputs } from './lane-protocol.ts';
import { type ModelSet } from './load-manifest.ts';
import { detectorModel } from './onnx-detector.ts';
import { embedderModel } from './onnx-embedder.ts';
import { type Lane } from './open-lane.ts';
import { packImages } from './pack-images.ts';

/** What to warm up with. */
export interface WarmUpOptions {
  readonly set: ModelSet;
  /** Every shape of these is run; without it each session runs once, which is all that a CPU needs. */
  readonly fixed?: ReturnType<typeof fixedShapes> | undefined;
}

/**
 * Runs every session of a lane before the first real job, and checks what comes out of it.
 *
 * @throws PipelineError `model-invalid` when the outputs have other shapes than the manifest says, or features are not of
 * unit length.
 */
export async function warmUp(lane: Lane, { set, fixed }: WarmUpOptions): Promise<void> {
  const { shortSide } = set.detector.pictures;
  for (const size of fixed?.canvases ?? ([[shortSide, shortSide]] as const)) {
    const outputs = await runBlank(lane, { model: detectorModel, size, batch: fixed?.detectorBatch ?? 1 });
    const count = outputs['scores']?.data.length ?? -1;
    expectDims(outputs, { path: set.detector.path, output: 'boxes', dims: [count, 4] });
    expectDims(outputs, { path: set.detector.path, output: 'frame', dims: [count] });
  }
  const batch = fixed?.embedderBatch ?? 1;
  for (const { name, path, featureLength } of set.embedders) {
    for (const size of fixed ? set.cropSizes : set.cropSizes.slice(0, 1)) {
      const outputs = await runBlank(lane, { model: embedderModel(name), size, batch });
      expectDims(outputs, { path, output: 'features', dims: [batch, featureLength] });
      expectUnitLength(outputs, { path, featureLength });
    }
  }
}

interface Blank {
  readonly model: string;
  readonly size: CropSize;
  readonly batch: number;
}

function runBlank(lane: Lane, { model, size, batch }: Blank): Promise<LaneOutputs> {
  return lane.run({ model, dims: [batch, size[1], size[0], 3], data: packImages([], { size, batch }) });
}

interface Expected {
  readonly path: string;
  readonly output: string;
  readonly dims: readonly number[];
}

function expectDims(outputs: LaneOutputs, { path, output, dims }: Expected): void {
  const found = outputs[output]?.dims ?? [];
  if (found.length === dims.length && dims.every((length, axis) => length === found[axis])) return;
  throw new PipelineError(
    'model-invalid',
    `Model ${path} gave \`${output}\` of shape [${found.join(', ')}], expected [${dims.join(', ')}]; ` +
      'its manifest must describe the file',
    { path },
  );
}

/** Zeros pass: there is nothing in a blank crop. */
function expectUnitLength(
  outputs: LaneOutputs,
  { path, featureLength }: { path: string; featureLength: number },
): void {
  let square = 0;
  for (const value of outputs['features']?.data.slice(0, featureLength) ?? []) square += Number(value) ** 2;
  if (square === 0 || Math.abs(square - 1) < 0.01) return;
  throw new PipelineError(
    'model-invalid',
    `Model ${path} gave a feature of length ${Math.sqrt(square).toPrecision(3)}, expected 1; ` +
      'its graph must end with an l2-normalisation',
    { path },
  );
}
