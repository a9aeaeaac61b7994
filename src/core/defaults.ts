/** Which frames of a clip are looked at, by index of the decoded frame from 0. */
export interface FrameRange {
  /** First index, at least 0. */
  readonly first: number;
  /** Distance between two indices, at least 1. */
  readonly step: number;
  /** Last index that may be taken, inclusive. */
  readonly last: number;
}

/** Frames 80, 100, ..., 380 (SPEC 2). */
export const defaultFrames: FrameRange = { first: 80, step: 20, last: 380 };

/** Thresholds of the matching rule (SPEC 6). */
export interface MatchingOptions {
  /** Quantile of an item's nearest distances below which a box is kept, from 0 to 1. @defaultValue `0.28` */
  readonly quantile: number;
  /** Boxes kept when the quantile keeps fewer: 0 or 1. @defaultValue `1` */
  readonly keepAtLeast: number;
  /** Share of the kept boxes that a clip needs, from 0 to 1. @defaultValue `0.5` */
  readonly voteShare: number;
  /** Pairs at this squared distance or beyond are dropped, from 0 to 4. @defaultValue `1.12` */
  readonly maxDistance: number;
}

/** The thresholds of SPEC 6. */
export const defaultMatching: MatchingOptions = { quantile: 0.28, keepAtLeast: 1, voteShare: 0.5, maxDistance: 1.12 };

/**
 * What of a clip takes part in matching: `none` takes each box as it is (SPEC 6), `tracks` takes each garment that can be followed from
 * frame to frame once, with the mean look of its boxes.
 */
export type Pool = 'none' | 'tracks';

/** Every {@link Pool}. */
export const pools: readonly Pool[] = ['none', 'tracks'];

/** The rule of SPEC 6 as it stands. */
export const defaultPool: Pool = 'none';

/** How much of a run happens at once. None of these changes a result. */
export interface FlowOptions {
  /** Clips and pictures decoded side by side: an integer, at least 1. @defaultValue `2` */
  readonly concurrency: number;
  /** Most frames in one detector batch: an integer, at least 1. @defaultValue `4` */
  readonly detectorBatch: number;
  /** Most crops in one embedder batch: an integer, at least 1. @defaultValue `8` */
  readonly embedderBatch: number;
  /** Pixels in flight, in bytes. @defaultValue `134217728`, which is 128 MiB */
  readonly budgetBytes: number;
}

/** Flow settings that suit a laptop. On a CPU larger batches of crops are no faster, and rare ones make the memory of every session grow once more. */
export const defaultFlow: FlowOptions = {
  concurrency: 2,
  detectorBatch: 4,
  embedderBatch: 8,
  budgetBytes: 128 * 1024 * 1024,
};

/** What a synthetic shop is like when nothing else is asked for. */
export interface SynthDefaults {
  /** Frames of a clip. */
  readonly clipFrames: number;
  /** Share of the items that no clip shows, and of the clips that show no item, 0 to 1. */
  readonly decoys: number;
  /** Share of the items that are a top and a bottom, 0 to 1. */
  readonly outfits: number;
  /** Loss of the H.264 encoder, 0 to 51. */
  readonly crf: number;
}

/** A shop whose clips are as long as those of the data set (SPEC 1). */
export const defaultSynth: SynthDefaults = { clipFrames: 400, decoys: 0.2, outfits: 0.2, crf: 26 };

/** What an export of training data is like when nothing else is asked for. */
export interface ExportDefaults {
  /** Quality of the JPEG files, 1 to 100. */
  readonly quality: number;
  /** Frames of a clip whose boxes become crops. */
  readonly cropFrames: FrameRange;
  /** Share of the items, with their clips, that are for validation, 0 to 1. */
  readonly validationShare: number;
}

/** Frames 80, 120, ..., 360 (SPEC 9), and pixels that are as good as those they were made of. */
export const defaultExport: ExportDefaults = {
  quality: 95,
  cropFrames: { first: 80, step: 40, last: 360 },
  validationShare: 0,
};

/** What an approximate search is like when nothing else is asked for. */
export interface ApproximateDefaults {
  /** Candidates that a search looks at in each graph. */
  readonly searchEffort: number;
  /** Boxes of the index that ask, to measure how many of the nearest are found. */
  readonly sample: number;
}

/** Finds more than 99 of 100 of the nearest boxes where features have some structure; `vitrine index approximate` says how many it are. */
export const defaultApproximate: ApproximateDefaults = { searchEffort: 200, sample: 200 };
