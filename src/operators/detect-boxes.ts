import { map, mergeMap, type OperatorFunction } from 'rxjs';
import { type Detection } from '../core/detection.ts';
import { type Frame } from '../core/frame.ts';
import { type Detector } from '../core/ports.ts';
import { type Ask, batchWhileBusy } from '../flow/batch-while-busy.ts';
import { type StageMeter } from '../flow/stage-meter.ts';

/** How a model's batches are formed. */
export interface BatchOptions {
  /** Most values in one batch: an integer, at least 1. */
  readonly maxBatch: number;
  /** Batches that run at once: an integer, at least 1. */
  readonly slots: number;
  readonly meter?: StageMeter | undefined;
}

/** A frame and the garments in it, by falling score. */
export interface DetectedFrame {
  readonly frame: Frame;
  readonly detections: readonly Detection[];
}

/**
 * Shares a detector between frames: those of one size and side make a batch, see {@link batchWhileBusy}.
 *
 * @throws TypeError when called, if an option is out of range.
 */
export function shareDetector(detector: Detector, options: BatchOptions): Ask<Frame, readonly Detection[]> {
  return batchWhileBusy({
    ...options,
    key: ({ owner, image }) => `${owner.side} ${image.width}x${image.height}`,
    run: (frames) =>
      detector.detect(
        frames.map(({ image }) => image),
        frames[0]?.owner.side ?? 'gallery',
      ),
  });
}

/**
 * Finds the garments of each frame.
 *
 * Emits one value a frame, as answers come, in any order. Holds the frames that wait for their answer.
 *
 * @example frame$.pipe(detectBoxes(shareDetector(detector, { maxBatch: 4, slots: 2 })));
 */
export function detectBoxes(detect: Ask<Frame, readonly Detection[]>): OperatorFunction<Frame, DetectedFrame> {
  return mergeMap((frame) => detect(frame).pipe(map((detections) => ({ frame, detections }))));
}
