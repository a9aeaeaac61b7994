import { type RgbImage } from './rgb-image.ts';

/** One frame of a stream, decoded. */
export interface LiveFrame {
  /** Place in the stream, from 0; rises, and may skip frames that were passed over. */
  readonly index: number;
  /** Stream time in seconds; rises. */
  readonly seconds: number;
  readonly image: RgbImage;
}
