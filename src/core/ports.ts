import { type Observable } from 'rxjs';
import { type CropSize } from './bucket.ts';
import { type Detection } from './detection.ts';
import { type Owner } from './frame.ts';
import { type RgbImage } from './rgb-image.ts';

/** Finds garments in frames. Calls may overlap; each answer is one value, then completion. */
export interface Detector extends AsyncDisposable {
  /**
   * Detections above the model's own threshold for `side`, one list a frame in the order of `images`, each by falling score,
   * boxes in pixels of the image that was given. All images have one size. Unsubscribing drops the answer.
   */
  detect(images: readonly RgbImage[], side: Owner['side']): Observable<readonly (readonly Detection[])[]>;
}

/** Turns crops into unit vectors. Calls may overlap; each answer is one value, then completion. */
export interface Embedder extends AsyncDisposable {
  /** Size of a crop for each of the 12 buckets. */
  readonly cropSizes: readonly CropSize[];
  /** Numbers in one feature, e.g. 2048. */
  readonly featureLength: number;
  /** One feature a crop, in order. All crops have one size, and their pixels may change once it has answered. Unsubscribing drops the answer. */
  embed(crops: readonly RgbImage[]): Observable<readonly Float32Array[]>;
}
