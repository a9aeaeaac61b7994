import { type KeptBox } from './crop.ts';

/** One box and the unit vector that stands for its look. */
export interface BoxFeature extends KeptBox {
  /** l2-normalised; 2048 numbers for four embedders of 512. */
  readonly feature: Float32Array;
}
