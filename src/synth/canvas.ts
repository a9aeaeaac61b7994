import { type RgbImage } from '../core/rgb-image.ts';
import { type RgbaImage } from '../core/rgba-image.ts';

/** A picture in the making, with the owner of every pixel. */
export interface Canvas extends RgbImage {
  /** One number a pixel: which garment is on top there; 0 where it is none. */
  readonly ids: Uint8Array;
}

/** Makes a black canvas without garments. */
export function createCanvas(width: number, height: number): Canvas {
  return { width, height, data: new Uint8Array(width * height * 3), ids: new Uint8Array(width * height) };
}

/** Fills a canvas with an RGBA picture of its size, whose alpha is ignored; nothing on it is a garment then. */
export function paint({ data, ids }: Canvas, { data: from }: RgbaImage): void {
  for (let to = 0, at = 0; to < data.length; to += 3, at += 4) {
    data[to] = from[at]!;
    data[to + 1] = from[at + 1]!;
    data[to + 2] = from[at + 2]!;
  }
  ids.fill(0);
}

/** Fills `canvas` with the part of `from`, colours and owners alike, whose top left corner is at `left`, `top`; edges repeat. */
export function copyCanvas(canvas: Canvas, from: Canvas, left: number, top: number): void {
  const { width, height } = canvas;
  const x = Math.max(0, Math.min(from.width - width, Math.round(left)));
  for (let row = 0; row < height; row++) {
    const y = Math.max(0, Math.min(from.height - 1, row + Math.round(top)));
    const start = y * from.width + x;
    canvas.data.set(from.data.subarray(start * 3, (start + width) * 3), row * width * 3);
    canvas.ids.set(from.ids.subarray(start, start + width), row * width);
  }
}
