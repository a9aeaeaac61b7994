import { type InputOutcome } from '../core/frame-source.ts';
import { type StoredSource } from './box-graph.ts';

/** How far a run is. An input counts when the boxes of its item or clip are on the disk. */
export interface Progress {
  /** Inputs that gave frames. */
  readonly done: number;
  /** Inputs that have none of the wanted frames. */
  readonly skipped: number;
  /** Inputs that cannot be read. */
  readonly failed: number;
  /** All inputs: pictures and clips. */
  readonly total: number;
  /** Frames and pictures that have been looked at. */
  readonly frames: number;
  /** How many of them there will have been in the end, as far as it can be told; absent where an input is as much work as any other. */
  readonly framesTotal?: number;
  /** Boxes that have been embedded. */
  readonly boxes: number;
  /** Milliseconds since the run began. */
  readonly elapsedMs: number;
}

/** Everything that was counted. */
export interface Tally {
  readonly done: number;
  readonly skipped: number;
  readonly failed: number;
  /** Outcomes with a reason: all that were skipped or failed, and those that gave fewer frames than wanted or are damaged; by path. */
  readonly notable: readonly InputOutcome[];
  readonly frames: { readonly read: number; readonly missing: number; readonly withoutBoxes: number };
  readonly boxes: { readonly items: number; readonly clips: number; readonly dropped: number };
}

/** The tally of nothing. */
export const emptyTally: Tally = {
  done: 0,
  skipped: 0,
  failed: 0,
  notable: [],
  frames: { read: 0, missing: 0, withoutBoxes: 0 },
  boxes: { items: 0, clips: 0, dropped: 0 },
};

/** The tally with one more source in it. */
export function addSource(
  tally: Tally,
  { owner, boxes, frames, emptyFrames, droppedBoxes, outcomes }: StoredSource,
): Tally {
  const count = (status: InputOutcome['status']): number => outcomes.filter((one) => one.status === status).length;
  return {
    done: tally.done + count('done'),
    skipped: tally.skipped + count('skipped'),
    failed: tally.failed + count('failed'),
    notable: [...tally.notable, ...outcomes.filter(({ reason }) => reason !== undefined)],
    frames: {
      read: tally.frames.read + frames,
      missing: tally.frames.missing + outcomes.reduce((sum, { missing }) => sum + missing, 0),
      withoutBoxes: tally.frames.withoutBoxes + emptyFrames,
    },
    boxes: {
      items: tally.boxes.items + (owner.side === 'query' ? boxes : 0),
      clips: tally.boxes.clips + (owner.side === 'gallery' ? boxes : 0),
      dropped: tally.boxes.dropped + droppedBoxes,
    },
  };
}

/** What is shown of a tally while the run goes on. */
export function progressOf(tally: Tally, known: Pick<Progress, 'total' | 'framesTotal' | 'elapsedMs'>): Progress {
  const { done, skipped, failed, frames, boxes } = tally;
  return { done, skipped, failed, frames: frames.read, boxes: boxes.items + boxes.clips, ...known };
}
