import { type Box } from './box.ts';

/** One picture of the item, with the garment in it and in the frame. */
export interface AnswerPair {
  /** Picture of the item, without extension. */
  readonly imgName: string;
  readonly itemBox: Box;
  readonly frameBox: Box;
}

/** What a result file says about one clip (SPEC 7). */
export interface Answer {
  readonly videoId: string;
  readonly itemId: string;
  /** Index of the decoded frame, from 0. */
  readonly frameIndex: number;
  /** At least one. */
  readonly pairs: readonly AnswerPair[];
}
