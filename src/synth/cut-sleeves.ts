import { type CutMarks, type CutPart, middle } from './cut-part.ts';
import { type SleeveCut } from './garment-shape.ts';
import { type Random } from './random.ts';
import { mirrored, path, type Point } from './svg-path.ts';

/** Where sleeves are set in. */
export interface SleevePlace {
  readonly shoulderEnd: Point;
  readonly armpit: Point;
  readonly random: Random;
}

/** Both sleeves and the marks of their ends. */
export interface CutSleeves extends Pick<CutMarks, 'cuff' | 'cuffWay'> {
  readonly sleeves: readonly CutPart[];
}

/** Cuts a pair of sleeves, spread by chance as they come to lie. */
export function cutSleeves(cut: SleeveCut, { shoulderEnd, armpit, random }: SleevePlace): CutSleeves {
  const length = {
    none: 0,
    straps: 0,
    cap: random.range(30, 60),
    short: random.range(110, 190),
    elbow: random.range(230, 300),
    long: random.range(410, 500),
  }[cut];
  if (length === 0) return { sleeves: [], cuff: undefined, cuffWay: [0, 1] };
  const isLong = cut === 'long';
  const armhole = armpit[1] - shoulderEnd[1];
  const upper = random.range(isLong ? 8 : 22, isLong ? 42 : 62);
  const lower = isLong ? upper + random.range(-34, 12) : upper;
  const way = (degrees: number): Point => [Math.sin((degrees * Math.PI) / 180), Math.cos((degrees * Math.PI) / 180)];
  const inward = ([x, y]: Point): Point => [-y, x];
  const step = (from: Point, along: Point, by: number): Point => [from[0] + along[0] * by, from[1] + along[1] * by];
  const cuffWidth = isLong ? random.range(62, 105) : armhole * random.range(0.72, 0.95);
  const elbow = step(shoulderEnd, way(upper), length / 2);
  const outer = step(elbow, way(lower), length / 2);
  const inner = step(outer, inward(way(lower)), cuffWidth);
  const elbowInner = step(elbow, inward(way((upper + lower) / 2)), (cuffWidth + armhole * 0.8) / 2);
  // A sleeve reaches a little under the body, or a gap would show along the seam.
  const [underShoulder, underArm] = [step(shoulderEnd, [-14, 1], 1), step(armpit, [-24, -4], 1)];
  const d = path`M${underShoulder}L${shoulderEnd}Q${elbow}${outer}L${inner}Q${elbowInner}${armpit}L${underArm}Z`;
  const grain = (upper + lower) / 2;
  return {
    sleeves: [
      { name: 'sleeve-right', d, grain: -grain },
      { name: 'sleeve-left', d: mirrored(d, middle), grain },
    ],
    cuff: [outer, inner],
    cuffWay: way(lower),
  };
}
