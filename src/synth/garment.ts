import { type RgbaImage } from '../core/rgba-image.ts';
import { type GarmentKind } from './garment-kind.ts';
import { type CutoutMeasure, measureCutout } from './measure-cutout.ts';
import { createTexture, type Texture } from './texture.ts';

/** A garment that lies flat, cut out of its ground, and what is known of it. */
export interface Cutout {
  readonly kind: GarmentKind;
  /** Category of SPEC 1. */
  readonly label: string;
  readonly image: RgbaImage;
}

/** A garment that is ready to be drawn. */
export interface Garment {
  readonly kind: GarmentKind;
  readonly label: string;
  readonly texture: Texture;
  readonly measure: CutoutMeasure;
  /** Size of the cut-out in pixels. */
  readonly width: number;
  readonly height: number;
  /** Share of the cut-out that is solid, 0 to 1, in each of `coverGrid x coverGrid` cells, row by row. */
  readonly cover: Float32Array;
}

/** Cells of {@link Garment.cover} in a row and in a column. */
export const coverGrid = 16;

/** Prepares a cut-out for drawing. */
export function createGarment({ kind, label, image }: Cutout): Garment {
  const cover = new Float32Array(coverGrid * coverGrid);
  const total = new Float32Array(coverGrid * coverGrid);
  for (let y = 0, at = 3; y < image.height; y++) {
    const row = Math.floor((y * coverGrid) / image.height) * coverGrid;
    for (let x = 0; x < image.width; x++, at += 4) {
      const cell = row + Math.floor((x * coverGrid) / image.width);
      total[cell]! += 1;
      if (image.data[at]! >= 128) cover[cell]! += 1;
    }
  }
  for (let cell = 0; cell < cover.length; cell++) cover[cell] = cover[cell]! / Math.max(1, total[cell]!);
  const { width, height } = image;
  return {
    kind,
    label,
    texture: createTexture(image),
    measure: measureCutout(image, kind, label),
    width,
    height,
    cover,
  };
}
