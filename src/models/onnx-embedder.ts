import { forkJoin, map, type Observable, of } from 'rxjs';
import { PipelineError } from '../core/errors.ts';
import { type Embedder } from '../core/ports.ts';
import { type RgbImage } from '../core/rgb-image.ts';
import { type LaneOutputs } from './lane-protocol.ts';
import { type LanePool } from './lane-pool.ts';
import { type ModelSet } from './load-manifest.ts';
import { type MemoryLender } from './memory-pool.ts';
import { type FixedShapes, packImages } from './pack-images.ts';

/** What an embedder needs. */
export interface OnnxEmbedderOptions {
  readonly pool: LanePool;
  readonly set: ModelSet;
  /** Shapes that the device has been warmed up with; without it a batch is as large as it is. */
  readonly fixed?: FixedShapes | undefined;
  /** Where the memory of features comes from. @defaultValue new memory for each */
  readonly features?: MemoryLender | undefined;
}

/** Name of an embedder in a lane. */
export function embedderModel(name: string): string {
  return `embedder ${name}`;
}

/**
 * The embedders of a model set as one port: all run side by side, their unit vectors are concatenated in the manifest's
 * order and scaled to unit length (SPEC 5). A bundle, which is one graph, has done that already. The lanes belong to the pool: disposing this does nothing.
 */
export function onnxEmbedder({ pool, set, fixed, features }: OnnxEmbedderOptions): Embedder {
  const { embedders, cropSizes } = set;
  const featureLength = embedders.reduce((sum, embedder) => sum + embedder.featureLength, 0);
  const embed = (crops: readonly RgbImage[]): Observable<readonly Float32Array[]> => {
    const [first] = crops;
    if (!first) return of([]);
    const { width, height } = first;
    for (const crop of crops) {
      if (crop.width === width && crop.height === height) continue;
      throw new TypeError(
        `Expected \`crops\` to have one size, got ${width}x${height} and ${crop.width}x${crop.height}`,
      );
    }
    const batch = Math.max(crops.length, fixed?.embedderBatch ?? 0);
    const runs = embedders.map(({ name, featureLength: length }) =>
      pool
        .run({
          model: embedderModel(name),
          rank: 0,
          dims: [batch, height, width, 3],
          pack: (take) => packImages(crops, { size: [width, height], batch, take }),
        })
        .pipe(map((outputs) => featuresOf(outputs, { name, size: batch * length }))),
    );
    const into = (): Float32Array =>
      features
        ? new Float32Array(features.take(featureLength * 4).buffer, 0, featureLength)
        : new Float32Array(featureLength);
    return forkJoin(runs).pipe(map((parts) => crops.map((_, row) => joined(parts, { row, batch, feature: into() }))));
  };
  return { cropSizes, featureLength, embed, [Symbol.asyncDispose]: () => Promise.resolve() };
}

function featuresOf({ features }: LaneOutputs, { name, size }: { name: string; size: number }): Float32Array {
  if (features?.data instanceof Float32Array && features.data.length === size) return features.data;
  throw new PipelineError(
    'model-invalid',
    `Model ${embedderModel(name)} gave ${features?.data.length ?? 0} numbers in \`features\`, expected ${size}; ` +
      'its manifest must say the feature length of the file',
  );
}

interface Row {
  readonly row: number;
  readonly batch: number;
  /** Where they go: as long as all of them together. */
  readonly feature: Float32Array;
}

/** One crop's vectors end to end, at unit length; zeros stay zeros. */
function joined(parts: readonly Float32Array[], { row, batch, feature }: Row): Float32Array {
  let offset = 0;
  for (const part of parts) {
    const length = part.length / batch;
    feature.set(part.subarray(row * length, (row + 1) * length), offset);
    offset += length;
  }
  let square = 0;
  for (const value of feature) square += value * value;
  const scale = square > 0 ? 1 / Math.sqrt(square) : 0;
  for (let index = 0; index < feature.length; index += 1) feature[index] = (feature[index] ?? 0) * scale;
  return feature;
}
