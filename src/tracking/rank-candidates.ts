import { compareIds } from '../core/compare-ids.ts';
import { type GalleryHit } from '../core/gallery.ts';
import { type Candidate } from '../core/watch-event.ts';
import { type TrackingOptions } from './tracking-options.ts';

/** Options of {@link rankCandidates}. */
export interface RankCandidatesOptions extends Pick<TrackingOptions, 'evenDistance' | 'temperature'> {
  /** Pictures of an item on which there is a box. */
  readonly picturesOf: (item: string) => number;
}

/**
 * Turns the boxes that are nearest to a track into items, the most likely first.
 *
 * An item is as far as its two nearest pictures are on average: a garment that is like one picture by chance is seldom like another one too. An
 * item with one picture is as far as that. Where the second is not among `hits`, it counts as far as the last of them, which is too
 * near and so too kind. The confidence is a softmax of `-distance / temperature` over the items and "none of them", which stands at
 * `evenDistance`: so a garment that is in no picture is not confidently the least unlike, and two items that are alike share.
 *
 * @param hits - by rising distance
 */
export function rankCandidates(hits: readonly GalleryHit[], options: RankCandidatesOptions): readonly Candidate[] {
  const { evenDistance, temperature, picturesOf } = options;
  const nearest = new Map<string, GalleryHit>();
  const second = new Map<string, number>();
  for (const hit of hits) {
    const { owner, frame } = hit.box;
    const best = nearest.get(owner.id);
    if (!best) nearest.set(owner.id, hit);
    else if (best.box.frame !== frame && !second.has(owner.id)) second.set(owner.id, hit.distance);
  }
  const farthest = hits.at(-1)?.distance ?? 0;
  const meanOf = ({ box, distance }: GalleryHit): number =>
    picturesOf(box.owner.id) > 1 ? (distance + (second.get(box.owner.id) ?? farthest)) / 2 : distance;
  const ranked = [...nearest.values()]
    .map((hit) => ({ box: hit.box, distance: meanOf(hit) }))
    .sort((a, b) => a.distance - b.distance || compareIds(a.box.owner.id, b.box.owner.id));
  const least = Math.min(evenDistance, ranked[0]?.distance ?? evenDistance);
  const weightOf = (distance: number): number => Math.exp((least - distance) / temperature);
  const total = ranked.reduce((sum, { distance }) => sum + weightOf(distance), weightOf(evenDistance));
  return ranked.map(({ box, distance }) => ({
    item: box.owner.id,
    picture: box.frame,
    pictureBox: box.box,
    distance,
    confidence: weightOf(distance) / total,
  }));
}
