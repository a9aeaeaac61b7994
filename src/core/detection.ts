import { type Box } from './box.ts';

/** One garment that the detector found in a frame. */
export interface Detection {
  /** In pixels of the frame, fractions allowed. */
  readonly box: Box;
  /** From 0 to 1. */
  readonly score: number;
}
