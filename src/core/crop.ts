import { type Box } from './box.ts';
import { type Owner } from './frame.ts';
import { type RgbImage } from './rgb-image.ts';

/** A box that was kept: whose it is, where it is, and how sure the detector was. */
export interface KeptBox {
  readonly owner: Owner;
  /** Name of the frame, as in {@link Frame.name}. */
  readonly frame: string;
  /** Index of the box among the kept boxes of its frame, by falling score, from 0. */
  readonly boxIndex: number;
  /** Integers, inside the frame, not empty. */
  readonly box: Box;
  /** From 0 to 1. */
  readonly score: number;
}

/** The pixels of one box at the size of its bucket. */
export interface Crop extends KeptBox {
  /** Index of the aspect bucket, 0 to 11. */
  readonly bucket: number;
  readonly image: RgbImage;
}
