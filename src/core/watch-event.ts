import { type Box } from './box.ts';

/** What a live run says, in the order in which it comes to know it. */
export type WatchEvent = FrameEvent | MatchEvent | ReviseEvent | EndEvent | StatsEvent;

/** Where in the stream, and when by the clock. */
export interface Moment {
  /** Index of the frame in the stream, from 0. */
  readonly frame: number;
  /** Stream time of the frame, in seconds. */
  readonly seconds: number;
  /** Wall time at which the event was made, ISO 8601 in UTC. */
  readonly at: string;
}

/** An item as an answer to what a track shows. */
export interface Candidate {
  readonly item: string;
  /** Picture of the item, without extension. */
  readonly picture: string;
  /** Garment in the picture. */
  readonly pictureBox: Box;
  /** Mean squared distance between the track's pooled feature and those of the item's two nearest pictures, 0 to 4. */
  readonly distance: number;
  /** From 0 to 1; all items and "none of them" add up to 1. */
  readonly confidence: number;
}

/** A garment in a frame, and the nearest item to its track so far. */
export interface TrackedBox {
  /** Number of the track, from 1. */
  readonly track: number;
  readonly box: Box;
  /** The detector's, 0 to 1. */
  readonly score: number;
  /** Null while the index is empty. */
  readonly nearest: Candidate | null;
  /** Unit vector of this box alone; there when `features` were asked for. */
  readonly feature?: readonly number[];
}

/** One frame that was looked at. */
export interface FrameEvent extends Moment {
  readonly type: 'frame';
  /** From the frame's arrival to this event, in milliseconds. */
  readonly latencyMs: number;
  /** True where the picture has changed as a whole: tracks do not go on across it. */
  readonly isCut: boolean;
  /** By falling score. */
  readonly boxes: readonly TrackedBox[];
}

/** An item is on show, or another than was thought. */
export interface Sighting extends Moment, Candidate {
  /** Number of the announcement, from 1; `revise` and `end` repeat it. */
  readonly show: number;
  /** Stream time at which the garment was first seen. */
  readonly since: number;
  readonly latencyMs: number;
  readonly track: number;
  /** Garment in the frame. */
  readonly box: Box;
  /** The next best item; null when there is no other. */
  readonly runnerUp: Candidate | null;
}

/** An item is on show from now on. */
export interface MatchEvent extends Sighting {
  readonly type: 'match';
}

/** Later frames say that the garment is another item. */
export interface ReviseEvent extends Sighting {
  readonly type: 'revise';
  /** The item that was announced before. */
  readonly was: string;
}

/** Why a show ended: the garment left, the picture changed as a whole, another show has the item, or the stream is over. */
export type EndReason = 'gone' | 'cut' | 'doubtful' | 'merged' | 'over';

/** An item is on show no more. */
export interface EndEvent extends Moment {
  readonly type: 'end';
  readonly show: number;
  readonly item: string;
  readonly since: number;
  /** Stream time at which the garment was last seen. */
  readonly until: number;
  readonly reason: EndReason;
}

/** What became of the frames so far; the last one of a run has `isLast`. */
export interface StatsEvent {
  readonly type: 'stats';
  readonly at: string;
  readonly isLast: boolean;
  /** `came = passedOver + dropped + failed + processed + underWay`; none is under way in the last event of a run that came to its end. */
  readonly frames: {
    /** Frames of the stream. */
    readonly came: number;
    /** Not wanted by the sampling. */
    readonly passedOver: number;
    /** Wanted, and given up because newer ones had come. */
    readonly dropped: number;
    /** Could not be decoded. */
    readonly failed: number;
    /** Looked at. */
    readonly processed: number;
    /** Waiting, or in the models. */
    readonly underWay: number;
  };
  /** Announcements so far. */
  readonly shows: number;
  /** From the arrival of a frame to its event, in milliseconds, over the last thousand frames; null before the first. */
  readonly latencyMs: { readonly p50: number; readonly p95: number; readonly max: number } | null;
  /** Times that a live source was opened again. */
  readonly reconnects: number;
}
