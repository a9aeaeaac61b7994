import { asyncScheduler, concatMap, from, map, type Observable, of, subscribeOn, switchMap, toArray } from 'rxjs';
import { type CropSize } from '../core/bucket.ts';
import { type Detection } from '../core/detection.ts';
import { PipelineError } from '../core/errors.ts';
import { type Owner } from '../core/frame.ts';
import { type Detector } from '../core/ports.ts';
import { type RgbImage } from '../core/rgb-image.ts';
import { detectorSize } from './detector-size.ts';
import { type LaneOutputs } from './lane-protocol.ts';
import { type LanePool } from './lane-pool.ts';
import { type ModelSet } from './load-manifest.ts';
import { lendMemory, type TakeMemory } from './memory-pool.ts';
import { type FixedShapes, packImages } from './pack-images.ts';

/** Scales a picture with a triangle filter that is anti-aliased when shrinking, half-pixel centres, into memory that `take` gives. */
export type Resize = (image: RgbImage, size: CropSize, take: TakeMemory) => RgbImage;

/** What a detector needs. */
export interface OnnxDetectorOptions {
  readonly pool: LanePool;
  readonly set: ModelSet;
  readonly resize: Resize;
  /** Shapes that the device has been warmed up with; without it a batch is as large as it is. */
  readonly fixed?: FixedShapes | undefined;
}

/** Resized images whose memory is kept to be used again. */
const keptImages = 64;

/** Name of the detector in a lane. */
export const detectorModel = 'detector';

/**
 * The detector of a model set as a port. When an answer is subscribed to, each image is resized to the manifest's short
 * side for its owner's side, one a turn of the event loop; boxes are scaled back. Holds the resized images until a lane is
 * free. The lanes belong to the pool: disposing this does nothing.
 */
export function onnxDetector({ pool, set, resize, fixed }: OnnxDetectorOptions): Detector {
  const resized = lendMemory(keptImages);
  const detect = (images: readonly RgbImage[], side: Owner['side']): Observable<readonly (readonly Detection[])[]> => {
    const [first] = images;
    if (!first) return of([]);
    const { width, height } = first;
    const { shortSide, scoreMin } = side === 'query' ? set.detector.pictures : set.detector.clips;
    const size = detectorSize(width, height, { shortSide, maxSide: set.detector.maxSide });
    const canvas = fixed?.canvasOf(size) ?? size;
    const batch = Math.max(images.length, fixed?.detectorBatch ?? 0);
    for (const image of images) {
      if (image.width === width && image.height === height) continue;
      throw new TypeError(
        `Expected \`images\` to have one size, got ${width}x${height} and ${image.width}x${image.height}`,
      );
    }
    const isSized = width === size[0] && height === size[1];
    const run = (frames: readonly RgbImage[]): Observable<LaneOutputs> =>
      pool.run({
        model: detectorModel,
        rank: 1,
        dims: [batch, canvas[1], canvas[0], 3],
        pack: (takeBatch) => {
          const packed = packImages(frames, { size: canvas, batch, take: takeBatch });
          if (!isSized) for (const { data } of frames) resized.giveBack(data);
          return packed;
        },
      });
    const sized$ = isSized ? of(images) : resizeInTurns(images, (image) => resize(image, size, resized.take));
    return sized$.pipe(
      switchMap(run),
      map((outputs) => detectionsOf(outputs, { frames: images.length, scoreMin, from: size, to: [width, height] })),
    );
  };
  return { detect, [Symbol.asyncDispose]: () => Promise.resolve() };
}

/** One image a turn of the event loop: a whole batch at once would hold up everything else on this thread. */
function resizeInTurns(
  images: readonly RgbImage[],
  resize: (image: RgbImage) => RgbImage,
): Observable<readonly RgbImage[]> {
  return from(images).pipe(
    concatMap((image) => of(image).pipe(subscribeOn(asyncScheduler), map(resize))),
    toArray(),
  );
}

interface Scaling {
  readonly frames: number;
  readonly scoreMin: number;
  readonly from: CropSize;
  readonly to: CropSize;
}

function detectionsOf(
  outputs: LaneOutputs,
  { frames, scoreMin, from, to }: Scaling,
): readonly (readonly Detection[])[] {
  const { boxes, scores, frame } = outputs;
  const count = scores?.data.length ?? 0;
  if (boxes?.data.length !== count * 4 || frame?.data.length !== count) {
    throw new PipelineError('model-invalid', 'Model detector gave `boxes`, `scores` and `frame` of different lengths');
  }
  // Multiplying before dividing maps the resized picture's edge to the picture's edge exactly.
  const x = (index: number): number => clamp((Number(boxes.data[index]) * to[0]) / from[0], to[0]);
  const y = (index: number): number => clamp((Number(boxes.data[index]) * to[1]) / from[1], to[1]);
  const found: Detection[][] = Array.from({ length: frames }, () => []);
  for (let row = 0; row < count; row += 1) {
    const score = Number(scores?.data[row]);
    // Rows of padding frames belong to none of `frames`.
    if (score <= scoreMin) continue;
    found[Number(frame.data[row])]?.push({
      box: [x(row * 4), y(row * 4 + 1), x(row * 4 + 2), y(row * 4 + 3)],
      score,
    });
  }
  return found;
}

function clamp(value: number, max: number): number {
  return Math.min(Math.max(value, 0), max);
}
