/** How far the making of a shop is. */
export interface SynthProgress {
  /** Items and clips that are written. */
  readonly done: number;
  readonly skipped: number;
  readonly failed: number;
  readonly total: number;
  /** Pictures and frames of clips that are drawn. */
  readonly frames: number;
  /** Those that there will be in the end. */
  readonly framesTotal: number;
  /** Milliseconds since the start. */
  readonly elapsedMs: number;
}

/** What was made. */
export interface SynthReport {
  readonly items: number;
  readonly clips: number;
  readonly pictures: number;
  /** Frames of all clips. */
  readonly frames: number;
  /** What was asked for beyond that: the photos were too few. */
  readonly missing: { readonly items: number; readonly clips: number };
}
