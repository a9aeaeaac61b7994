import { map, type OperatorFunction } from 'rxjs';
import { type Box, pixelBox } from '../core/box.ts';
import { bucketOf, type CropSize } from '../core/bucket.ts';
import { type Crop } from '../core/crop.ts';
import { type Owner } from '../core/frame.ts';
import { type RgbImage } from '../core/rgb-image.ts';
import { type StageMeter } from '../flow/stage-meter.ts';
import { type DetectedFrame } from './detect-boxes.ts';

/** Cuts a box of integers out of a picture and scales it to `size`. */
export type Cropper = (image: RgbImage, box: Box, size: CropSize) => RgbImage;

/** Options of {@link cropBoxes}. */
export interface CropBoxesOptions {
  readonly cropper: Cropper;
  /** Size of a crop for each of the 12 buckets. */
  readonly cropSizes: readonly CropSize[];
  readonly meter?: StageMeter | undefined;
}

/** The crops of one frame. Its own pixels are left behind. */
export interface CroppedFrame {
  readonly owner: Owner;
  readonly name: string;
  /** By falling score. */
  readonly crops: readonly Crop[];
  /** Detections of which nothing is left inside the frame. */
  readonly dropped: number;
}

/**
 * Cuts the detections out of each frame at the size of their aspect's bucket (SPEC 4).
 *
 * Emits one value a frame, at once and in order. Drops boxes that are empty after truncation and clamping, and counts them. Holds nothing.
 *
 * @example detectedFrame$.pipe(cropBoxes({ cropper: cropResample, cropSizes }));
 */
export function cropBoxes(options: CropBoxesOptions): OperatorFunction<DetectedFrame, CroppedFrame> {
  const { cropper, cropSizes, meter } = options;
  return map(({ frame, detections }) => {
    const { owner, name, image } = frame;
    const endWork = meter?.work();
    const crops: Crop[] = [];
    for (const { box: exact, score } of detections.toSorted((a, b) => b.score - a.score)) {
      const box = pixelBox(exact, image.width, image.height);
      if (!box) continue;
      const bucket = bucketOf(box[2] - box[0], box[3] - box[1]);
      const size = cropSizes[bucket];
      if (!size) throw new TypeError(`Expected \`cropSizes\` to hold a size for each bucket, got none for ${bucket}`);
      meter?.enter()();
      crops.push({ owner, frame: name, boxIndex: crops.length, box, score, bucket, image: cropper(image, box, size) });
    }
    endWork?.();
    return { owner, name, crops, dropped: detections.length - crops.length };
  });
}
