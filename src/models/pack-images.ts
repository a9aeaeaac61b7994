import { type CropSize } from '../core/bucket.ts';
import { type RgbImage } from '../core/rgb-image.ts';
import { type TakeMemory } from './memory-pool.ts';

/** The few shapes that a device with costly new shapes is fed (a GPU); other batches are padded to them. */
export interface FixedShapes {
  /** Frames in every detector run. */
  readonly detectorBatch: number;
  /** Crops in every embedder run. */
  readonly embedderBatch: number;
  /** The size of the canvas on whose top left corner a frame of `size` is put. */
  canvasOf(size: CropSize): CropSize;
}

/** Shape of one run's input. */
export interface PackOptions {
  /** Width and height, at least those of each image. */
  readonly size: CropSize;
  /** Number of images, at least as many as are given. */
  readonly batch: number;
  /** Where the batch goes. @defaultValue memory of its own */
  readonly take?: TakeMemory;
}

/** Grey near the mean of photographs, which a network hardly answers to. */
const padding = 116;

/** Images one after the other as `[batch, height, width, 3]`, each in the top left corner; the rest is grey. */
export function packImages(
  images: readonly RgbImage[],
  { size: [width, height], batch, take = (bytes) => new Uint8Array(bytes) }: PackOptions,
): Uint8Array<ArrayBuffer> {
  const [stride, area] = [width * 3, width * height * 3];
  const packed = take(batch * area);
  for (const [index, image] of images.entries()) {
    const start = index * area;
    const row = image.width * 3;
    if (row === stride) packed.set(image.data, start);
    else {
      for (let y = 0, at = start; y < image.height; y += 1, at += stride) {
        packed.set(image.data.subarray(y * row, (y + 1) * row), at);
        packed.fill(padding, at + row, at + stride);
      }
    }
    packed.fill(padding, start + image.height * stride, start + area);
  }
  return packed.fill(padding, images.length * area);
}
