/** How far it went to find the end of one frame. */
export type FrameWalk =
  | { readonly kind: 'whole' }
  /** The stream ended first; `expected` bytes would have been the whole, where that is known. */
  | { readonly kind: 'short'; readonly expected?: number }
  /** It is no frame, or one that was cut off; the next may begin `resume` bytes, at least 1, after its first byte. */
  | { readonly kind: 'broken'; readonly resume: number };

/** The end was found. */
export const whole: FrameWalk = { kind: 'whole' };
/** The stream ended first. */
export const short: FrameWalk = { kind: 'short' };
