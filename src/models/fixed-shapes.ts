import { type CropSize } from '../core/bucket.ts';
import { type ModelSet } from './load-manifest.ts';
import { type FixedShapes } from './pack-images.ts';

/** Sides of a canvas are multiples of this, in pixels. */
const step = 128;

/** Batches of a run. */
export interface FixedShapesOptions {
  readonly set: ModelSet;
  readonly detectorBatch: number;
  readonly embedderBatch: number;
}

/** Shapes for a device on which every new shape is costly: full batches, and few canvases for frames. */
export function fixedShapes({ set, detectorBatch, embedderBatch }: FixedShapesOptions): FixedShapes & {
  /** Every canvas that a frame of any size can get. */
  readonly canvases: readonly CropSize[];
} {
  const canvasOf = ([width, height]: CropSize): CropSize => [roundUp(width), roundUp(height)];
  const { pictures, clips, maxSide } = set.detector;
  const canvases = new Map<string, CropSize>();
  for (const { shortSide } of [pictures, clips]) {
    for (let long = shortSide; long <= maxSide; long += 1) {
      for (const canvas of [canvasOf([shortSide, long]), canvasOf([long, shortSide])]) {
        canvases.set(canvas.join('x'), canvas);
      }
    }
  }
  return { detectorBatch, embedderBatch, canvasOf, canvases: [...canvases.values()] };
}

function roundUp(side: number): number {
  return Math.ceil(side / step) * step;
}
