import { assertBoxFeature } from '../core/assert-box-feature.ts';
import { type BoxFeature } from '../core/box-feature.ts';
import { cosine, normOf } from '../core/unit-vector.ts';
import { linkBoxes } from './link-boxes.ts';
import { defaultTracking, type TrackingOptions } from './tracking-options.ts';

/** Frames a second of a clip; boxes do not say. */
const clipRate = 25;

/** Frames of a clip are 0.8 seconds apart (SPEC 2), where a stream has five a second: four of them in a row may miss a garment. */
const clipTracking: TrackingOptions = { ...defaultTracking, lingerSeconds: 4 };

/**
 * The garments of one clip: boxes that can be followed from frame to frame become one, whose feature is the mean of theirs by score.
 *
 * The garment stands where it looks most like that mean: a frame and a box that are there. One box and not all of them, because boxes of
 * one feature are equally near to everything, and the first frame of a track, where the garment has hardly come, would be the answer.
 * Cuts are not known of, as no pixel is at hand. A box that belongs to no other stays as it is.
 *
 * @param boxes - of one clip, in any order: the answer does not depend on it
 * @returns one box a garment, by rising first frame.
 * @throws TypeError when boxes are of several clips or of an item, a frame is no index, or a feature no unit vector of the common length.
 */
export function poolTracks(boxes: readonly BoxFeature[]): readonly BoxFeature[] {
  const link = linkBoxes(clipTracking);
  const tracks = new Map<number, BoxFeature[]>();
  for (const [frame, there] of framesOf(boxes)) {
    const { seen } = link({ seconds: frame / clipRate, boxes: there, isCut: false });
    for (const [place, { id }] of seen.entries()) append(tracks, id, there[place]!);
  }
  return [...tracks.values()].map(garmentOf);
}

/** Boxes by rising frame, those of a frame by falling score. */
function framesOf(boxes: readonly BoxFeature[]): ReadonlyMap<number, readonly BoxFeature[]> {
  for (const box of boxes) assertOfClip(box, boxes[0]!);
  const sorted = boxes.toSorted(
    (a, b) => Number(a.frame) - Number(b.frame) || b.score - a.score || a.boxIndex - b.boxIndex,
  );
  const frames = new Map<number, BoxFeature[]>();
  for (const box of sorted) append(frames, Number(box.frame), box);
  return frames;
}

function garmentOf(boxes: readonly BoxFeature[]): BoxFeature {
  const feature = meanOf(boxes);
  const likeness = boxes.map((box) => cosine(box.feature, feature));
  const garment = boxes[likeness.indexOf(Math.max(...likeness))]!;
  return boxes.length === 1 ? garment : { ...garment, feature };
}

/** Unit vector. */
function meanOf(boxes: readonly BoxFeature[]): Float32Array {
  const first = boxes[0]!.feature;
  const sum = new Float32Array(first.length);
  for (const { score, feature } of boxes) {
    for (let index = 0; index < sum.length; index += 1) sum[index] = sum[index]! + score * feature[index]!;
  }
  const norm = normOf(sum);
  // Features that cancel out say nothing, nor do boxes whose score is 0; the first one does.
  return norm > 1e-6 ? sum.map((value) => value / norm) : first;
}

function assertOfClip(box: BoxFeature, { owner: clip, feature }: BoxFeature): void {
  assertBoxFeature(box, { side: 'gallery', featureLength: feature.length });
  if (box.owner.id !== clip.id) throw new TypeError(`Expected boxes of one clip, got ${clip.id} and ${box.owner.id}`);
}

function append(lists: Map<number, BoxFeature[]>, key: number, box: BoxFeature): void {
  const list = lists.get(key);
  if (list === undefined) lists.set(key, [box]);
  else list.push(box);
}
