import { type BoxFeature } from '../core/box-feature.ts';
import { type Gallery } from '../core/gallery.ts';
import { type Moment, type TrackedBox, type WatchEvent } from '../core/watch-event.ts';
import { announceItems, type Change } from '../tracking/announce-items.ts';
import { linkBoxes } from '../tracking/link-boxes.ts';
import { rankCandidates } from '../tracking/rank-candidates.ts';
import { type TrackingOptions } from '../tracking/tracking-options.ts';

/** Boxes that are asked for a track: enough to find two pictures of each of a few items. */
const neighbours = 64;

/** A frame and the garments in it. */
export interface FoundFrame {
  readonly index: number;
  readonly seconds: number;
  /** `performance.now()` when it came. */
  readonly arrivedMs: number;
  /** The picture has changed as a whole. */
  readonly isCut: boolean;
  /** By falling score. */
  readonly boxes: readonly BoxFeature[];
}

/** Says what is on show, one frame after the other. */
export interface Judge {
  /** To be called by rising stream time, one frame after the other. */
  frame(frame: FoundFrame): Promise<readonly WatchEvent[]>;
  /** The ends of what is on show. */
  finish(): readonly WatchEvent[];
  /** Announcements so far. */
  readonly shows: number;
}

/** Options of {@link judgeFrames}. */
export interface JudgeFramesOptions {
  readonly tracking: TrackingOptions;
  /** Put the feature of each box into its `frame` event. */
  readonly features: boolean;
}

/** Follows garments, asks for the items that are nearest to them, and says what is on show. */
export function judgeFrames(
  gallery: Pick<Gallery, 'nearest' | 'picturesOf'>,
  { tracking, features }: JudgeFramesOptions,
): Judge {
  const link = linkBoxes(tracking);
  const announcer = announceItems(tracking);
  const ranking = { ...tracking, picturesOf: (item: string): number => gallery.picturesOf(item) };
  let shows = 0;
  let last = { frame: 0, seconds: 0 };

  return {
    async frame({ index: frame, seconds, arrivedMs, isCut, boxes }) {
      const { seen, lost } = link({ seconds, boxes, isCut });
      const hits =
        seen.length > 0
          ? await gallery.nearest(
              seen.map(({ feature }) => feature),
              neighbours,
            )
          : [];
      const ranked = seen.map((track, place) => ({ track, candidates: rankCandidates(hits[place] ?? [], ranking) }));
      const changes = announcer.judge({ seconds, seen: ranked, lost, isCut });
      shows += changes.filter(({ type }) => type === 'match').length;

      last = { frame, seconds };
      const moment: Moment = { ...last, at: now() };
      const latencyMs = performance.now() - arrivedMs;
      const tracked = ranked.map(({ track, candidates }, place): TrackedBox => {
        const { id, box, score } = track;
        const told = { track: id, box, score, nearest: candidates[0] ?? null };
        return features ? Object.assign(told, { feature: [...(boxes[place]?.feature ?? [])] }) : told;
      });
      return [
        { type: 'frame', ...moment, latencyMs, isCut, boxes: tracked },
        ...changes.map((change) => eventOf(change, moment, latencyMs)),
      ];
    },
    finish: () => announcer.finish().map((change) => eventOf(change, { ...last, at: now() }, 0)),
    get shows() {
      return shows;
    },
  };
}

/** With what a reader looks for first in front: each event is a line. */
function eventOf(change: Change, moment: Moment, latencyMs: number): WatchEvent {
  if (change.type === 'end') {
    const { type, show, item, reason, since, until } = change;
    return { type, show, item, reason, since, until, ...moment };
  }
  const { show, since, track, box, best, runnerUp } = change;
  const finding = { show, ...best, ...moment, latencyMs, since, track, box, runnerUp };
  return change.type === 'match' ? { type: 'match', ...finding } : { type: 'revise', was: change.was, ...finding };
}

function now(): string {
  return new Date().toISOString();
}
