/** Pixels: 8-bit RGB, row by row from the top left, without padding; `data.length === width * height * 3`. */
export interface RgbImage {
  /** Width in pixels, at least 1. */
  readonly width: number;
  /** Height in pixels, at least 1. */
  readonly height: number;
  /** `height x width x 3` bytes. */
  readonly data: Uint8Array;
}
