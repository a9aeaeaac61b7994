import { type Box } from './box.ts';

/** The answer for one clip (SPEC 6). */
export interface Match {
  readonly videoId: string;
  readonly itemId: string;
  /** Picture of the item, without extension. */
  readonly imgName: string;
  readonly itemBox: Box;
  /** Index of the decoded frame, from 0. */
  readonly frameIndex: number;
  readonly frameBox: Box;
  /** Mean squared distance over the kept boxes that voted for the clip, 0 to 4. */
  readonly distance: number;
}
