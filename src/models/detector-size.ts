import { type CropSize } from '../core/bucket.ts';

/** Bounds on a picture that goes into the detector, in pixels. */
export interface DetectorSizeOptions {
  /** Wanted length of the shorter side. */
  readonly shortSide: number;
  /** Bound on the longer side; it wins. */
  readonly maxSide: number;
}

/** Size at which a picture of `width x height` goes into the detector: aspect kept, rounded, at least 1 pixel a side. */
export function detectorSize(width: number, height: number, { shortSide, maxSide }: DetectorSizeOptions): CropSize {
  const scale = Math.min(shortSide / Math.min(width, height), maxSide / Math.max(width, height));
  return [Math.max(1, Math.round(width * scale)), Math.max(1, Math.round(height * scale))];
}
