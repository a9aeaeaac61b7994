import { type Owner } from './frame.ts';
import { type FrameSelection } from './frame-selection.ts';

/** One file that frames come from: a picture of an item, or a clip. */
export interface FrameInput {
  /** Picture name or video id, without extension. */
  readonly name: string;
  readonly path: string;
  /** Frames that it gives when nothing is wrong: 1 for a picture. */
  readonly wanted: number;
  /** Of a clip: which of its frames, where that is not the same for all clips of a run. */
  readonly frames?: FrameSelection;
}

/** An item with its pictures, or a clip. */
export interface FrameSource {
  readonly owner: Owner;
  readonly inputs: readonly FrameInput[];
}

/** What became of one input. */
export interface InputOutcome {
  readonly owner: Owner;
  readonly path: string;
  /** `done` gave at least one frame, `skipped` has none to give, `failed` cannot be read. */
  readonly status: 'done' | 'skipped' | 'failed';
  /** Frames that it gave. */
  readonly frames: number;
  /** Frames that it was asked for and did not give. */
  readonly missing: number;
  /** Why frames are missing, or what is wrong with those that are there; absent when nothing is. */
  readonly reason?: string;
  /** Present where frames are missing by a failure to read, and not because the input ends: it may go well another time. */
  readonly isBroken?: true;
}
