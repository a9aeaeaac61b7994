/** Pixels with coverage: 8-bit RGBA, row by row from the top left, without padding, colour not multiplied by alpha. */
export interface RgbaImage {
  /** Width in pixels, at least 1. */
  readonly width: number;
  /** Height in pixels, at least 1. */
  readonly height: number;
  /** `height x width x 4` bytes. */
  readonly data: Uint8Array;
}
