import { type Box } from '../core/box.ts';
import { type Candidate, type EndEvent, type EndReason, type Moment } from '../core/watch-event.ts';
import { type Track } from './track.ts';
import { rounding, type TrackingOptions } from './tracking-options.ts';

/** A track of a frame, and the items it may be, the most likely first. */
export interface RankedTrack {
  readonly track: Track;
  readonly candidates: readonly Candidate[];
}

/** What is told of a frame. */
export interface FrameToJudge {
  /** Stream time; rises from frame to frame. */
  readonly seconds: number;
  readonly seen: readonly RankedTrack[];
  readonly lost: readonly Track[];
  readonly isCut: boolean;
}

/** What changes by a frame. */
export type Change =
  | ({ readonly type: 'match' } & ShownItem)
  | ({ readonly type: 'revise'; readonly was: string } & ShownItem)
  | EndedShow;

/** An item that is on show. */
export interface ShownItem {
  readonly show: number;
  readonly since: number;
  readonly track: number;
  readonly box: Box;
  readonly best: Candidate;
  readonly runnerUp: Candidate | null;
}

/** An item that is on show no more. */
export type EndedShow = Omit<EndEvent, keyof Moment>;

/** Decides what is on show. */
export interface Announcer {
  /** Takes the next frame. */
  judge(frame: FrameToJudge): readonly Change[];
  /** The stream is over: ends every show. */
  finish(): readonly Change[];
}

/** What a track has said lately. `undefined` as its item is "none that we know". */
interface Claim {
  readonly item: string | undefined;
  readonly since: number;
  boxes: number;
}

interface Show {
  readonly id: number;
  item: string;
  since: number;
  until: number;
  readonly tracks: Set<number>;
}

/**
 * Announces an item once a track has said the same with confidence for long enough, revises it when the track changes its mind as firmly, and ends it when
 * the garment has left, or its track has been in doubt for as long.
 *
 * Two tracks that are the same item are one show, also where one begins before the other has been gone for long. Holds the shows and a few
 * numbers a track.
 */
export function announceItems(options: TrackingOptions): Announcer {
  const { announceAt, doubtBelow, holdSeconds, holdBoxes, lingerSeconds } = options;
  const claims = new Map<number, Claim>();
  const showOf = new Map<number, Show>();
  const shows = new Map<string, Show>();
  let count = 0;

  const end = (show: Show, reason: EndReason): EndedShow => {
    shows.delete(show.item);
    for (const track of show.tracks) showOf.delete(track);
    const { id, item, since, until } = show;
    return { type: 'end', show: id, item, since, until, reason };
  };
  const join = (show: Show, { id, since, lastSeen }: Track): void => {
    show.tracks.add(id);
    show.since = Math.min(show.since, since);
    show.until = lastSeen;
    showOf.set(id, show);
  };
  /** Keeps the show for a while: a garment that was hidden comes back as another track. */
  const leave = (show: Show, track: number): void => {
    show.tracks.delete(track);
    showOf.delete(track);
  };

  const settle = ({ track, candidates }: RankedTrack): Change | undefined => {
    const [best, runnerUp = null] = candidates;
    const current = showOf.get(track.id);
    if (current) current.until = track.lastSeen;
    const claim = claimOf(track, current, best);
    if (track.lastSeen - claim.since < holdSeconds - rounding || claim.boxes < holdBoxes) return undefined;

    if (claim.item === current?.item) return undefined;
    if (claim.item === undefined || !best) {
      if (!current) return undefined;
      leave(current, track.id);
      return current.tracks.size === 0 ? end(current, 'doubtful') : undefined;
    }
    const there = shows.get(claim.item);
    if (there) {
      if (current) leave(current, track.id);
      join(there, track);
      return current?.tracks.size === 0 ? end(current, 'merged') : undefined;
    }
    const facts = { track: track.id, box: track.box, best, runnerUp };
    if (current?.tracks.size === 1) {
      const was = current.item;
      shows.delete(was);
      current.item = claim.item;
      shows.set(claim.item, current);
      return { type: 'revise', was, show: current.id, since: current.since, ...facts };
    }
    if (current) leave(current, track.id);
    const show: Show = {
      id: (count += 1),
      item: claim.item,
      since: track.since,
      until: track.lastSeen,
      tracks: new Set(),
    };
    shows.set(show.item, show);
    join(show, track);
    return { type: 'match', show: show.id, since: show.since, ...facts };
  };

  /** What the track says now, and since when. Between doubt and confidence it says what it has said before. */
  const claimOf = (track: Track, current: Show | undefined, best: Candidate | undefined): Claim => {
    const before = claims.get(track.id);
    let item = current?.item;
    if (best && best.confidence >= announceAt) ({ item } = best);
    else if (!best || best.item !== item || best.confidence < doubtBelow) item = undefined;
    if (before && before.item === item) {
      before.boxes += 1;
      return before;
    }
    const claim: Claim = { item, since: track.lastSeen, boxes: 1 };
    claims.set(track.id, claim);
    return claim;
  };

  return {
    judge({ seconds, seen, lost, isCut }) {
      const changes: Change[] = [];
      for (const { id } of lost) {
        claims.delete(id);
        const show = showOf.get(id);
        if (show) leave(show, id);
      }
      // A garment that is back in time, and has not been seen long enough to be sure of, is waited for.
      const said = new Set([...claims.values()].map(({ item }) => item));
      const isOver = ({ item, tracks, until }: Show): boolean =>
        tracks.size === 0 && (isCut || (seconds - until > lingerSeconds + rounding && !said.has(item)));
      for (const show of [...shows.values()].filter(isOver)) changes.push(end(show, isCut ? 'cut' : 'gone'));
      for (const ranked of seen) {
        const change = settle(ranked);
        if (change) changes.push(change);
      }
      return changes;
    },
    finish: () => [...shows.values()].map((show) => end(show, 'over')),
  };
}
