import { iou } from '../core/box.ts';
import { type BoxFeature } from '../core/box-feature.ts';
import { cosine } from '../core/unit-vector.ts';
import { GrowingTrack, type Track } from './track.ts';
import { rounding, type TrackingOptions } from './tracking-options.ts';

/** One frame's boxes, each with the track that it belongs to. */
export interface LinkedFrame {
  /** Tracks of the frame's boxes, in the order of the boxes. */
  readonly seen: readonly Track[];
  /** Tracks that ended: not seen for `lingerSeconds`, or cut off. */
  readonly lost: readonly Track[];
}

/** What is told of a frame. */
export interface FrameToLink {
  /** Stream time; rises from frame to frame. */
  readonly seconds: number;
  readonly boxes: readonly BoxFeature[];
  /** The picture has changed as a whole: every track ends before this frame. */
  readonly isCut: boolean;
}

/**
 * Follows garments from frame to frame: a box continues the track whose last place and whole look it is nearest to.
 *
 * Pairs are taken greedily by overlap plus cosine, the best first; a pair has to overlap and to look alike by the bounds of `options`, or to look very
 * much alike. A box without a track begins one. Holds the live tracks. The answer depends on the frames and their order alone.
 *
 * The rule is that of IoU trackers with an appearance term (Bochinski et al. 2017, "High-Speed Tracking-by-Detection Without Using Image
 * Information"; Wojke et al. 2017, "Simple Online and Realtime Tracking with a Deep Association Metric"), without a motion model: five frames a second
 * and a handful of garments need none.
 */
export function linkBoxes(options: TrackingOptions): (frame: FrameToLink) => LinkedFrame {
  let live: GrowingTrack[] = [];
  let count = 0;
  let before = -Infinity;

  return ({ seconds, boxes, isCut }) => {
    // Of frames that are further apart than the linger, one has to miss it.
    const isGone = ({ lastSeen }: Track): boolean =>
      lastSeen < before && seconds - lastSeen > options.lingerSeconds + rounding;
    const isLost = (track: Track): boolean => isCut || isGone(track);
    const lost = live.filter(isLost);
    live = live.filter((track) => !isLost(track));

    const pairs = live.flatMap((track) =>
      boxes.flatMap((box, place) => {
        const closeness = closenessOf(track, box, options);
        return closeness === undefined ? [] : [{ track, place, closeness }];
      }),
    );
    // A stable sort: among equals the older track, then the box of the higher score.
    pairs.sort((a, b) => b.closeness - a.closeness);

    const taken = new Map<number, GrowingTrack>();
    const continued = new Set<GrowingTrack>();
    for (const { track, place } of pairs) {
      if (taken.has(place) || continued.has(track)) continue;
      taken.set(place, track);
      continued.add(track);
    }
    const seen = boxes.map((box, place) => {
      const track = taken.get(place);
      if (!track) return new GrowingTrack((count += 1), box, seconds);
      track.add(box, seconds, options.halfLifeSeconds);
      return track;
    });
    live.push(...seen.filter((track) => !continued.has(track)));
    before = seconds;
    return { seen, lost };
  };
}

/** How well a box continues a track, -1 to 2; undefined when it does not. */
function closenessOf(track: Track, { box, feature }: BoxFeature, options: TrackingOptions): number | undefined {
  const overlap = iou(track.box, box);
  const likeness = cosine(track.feature, feature);
  const isNear = overlap >= options.minOverlap && likeness >= options.minLikeness;
  return isNear || likeness >= options.sureLikeness ? overlap + likeness : undefined;
}
