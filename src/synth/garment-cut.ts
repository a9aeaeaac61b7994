import { type GarmentDesign } from './garment-design.ts';
import { mirrored, path, type Point } from './svg-path.ts';

/** One piece of cloth of a garment that lies flat. */
export interface CutPart {
  readonly name: 'back' | 'body' | 'sleeve-left' | 'sleeve-right' | 'leg-left' | 'leg-right' | 'strap';
  /** Outline as SVG path text. */
  readonly d: string;
  /** Direction of the cloth's warp, in degrees clockwise from upright. */
  readonly grain: number;
}

/** Where trims find their place, in drawing units; the middle of every garment is at x = 500. */
export interface CutMarks {
  /** Height of the shoulders' inner ends, or of the waistband. */
  readonly top: number;
  readonly hem: number;
  /** Half of the neck's or the waistband's width. */
  readonly neck: number;
  /** How deep the neckline is. */
  readonly neckDepth: number;
  /** Half of the chest's or the hip's width. */
  readonly chest: number;
  readonly hemHalf: number;
  /** Height of the waist, or of the crotch. */
  readonly waist: number;
  readonly waistHalf: number;
  /** Outer and inner end of the right sleeve or leg; the left one mirrors it. */
  readonly cuff: readonly [Point, Point] | undefined;
  /** Direction of that end, a unit vector. */
  readonly cuffWay: Point;
}

/** The pieces in the order in which they are painted, and the marks for trims. */
export interface GarmentCut {
  readonly parts: readonly CutPart[];
  readonly marks: CutMarks;
}

const middle = 500;
const top = 100;

/** Cuts the pieces of a design. */
export function cutGarment(design: GarmentDesign): GarmentCut {
  switch (design.shape.kind) {
    case 'pants':
    case 'shorts':
      return cutTrousers(design);
    case 'skirt':
      return cutSkirt(design);
    default:
      return cutTop(design);
  }
}

function cutTop({ shape, trims, random }: GarmentDesign): GarmentCut {
  const loose = shape.kind === 'outwear' ? 25 : 0;
  const straps = shape.sleeves === 'straps';
  const neck = straps ? random.range(75, 110) : random.range(58, 100);
  const wide = random.range(155, 205) + loose;
  const shoulder = shape.sleeves === 'none' ? Math.max(neck + 30, wide - 40) : straps ? neck + random.range(10, 18) : wide;
  const slope = random.range(14, 45);
  const armhole = random.range(125, 180) + loose;
  const chest = Math.max(wide + random.range(-15, 35), shoulder + 5);
  const length = random.range(...shape.length);
  const hem = top + length;
  const waist = top + Math.min(length * 0.62, random.range(310, 380));
  const dress = shape.kind === 'dress';
  const waistHalf = chest * (dress ? random.range(0.72, 0.98) : random.range(0.86, 1.03));
  const hemHalf = dress ? waistHalf * random.range(1.05, 2.1) : chest * random.range(0.9, shape.length[1] > 600 ? 1.35 : 1.14);
  const neckDepth = shape.sleeves === 'straps' ? random.range(90, 150) : trims.has('collar') || trims.has('stand-collar') ? random.range(30, 50) : random.range(28, 130);
  const point = random.chance(0.35) || trims.has('lapels');
  const hemCurve = random.range(-18, 26);

  const shoulderEnd: Point = [middle + shoulder, top + slope];
  const armpit: Point = [middle + chest, top + slope + armhole];
  const open = trims.has('open-front') ? random.range(20, 70) : 0;
  const bottom: Point = [middle, top + neckDepth * (point ? 1.35 : 1)];
  const neckLine: readonly (string | Point)[] = point
    ? ['L', bottom, 'L', [middle + neck, top]]
    : ['Q', [middle - neck * 0.9, bottom[1]], bottom, 'Q', [middle + neck * 0.9, bottom[1]], [middle + neck, top]];
  const side = [
    'L', shoulderEnd,
    'Q', [middle + shoulder - (shape.sleeves === 'none' ? 20 : 5), top + slope + armhole * 0.6] as Point, armpit,
    'Q', [middle + waistHalf, waist - 60] as Point, [middle + waistHalf, waist] as Point,
    'Q', [middle + (waistHalf + hemHalf) / 2 + (dress ? random.range(-10, 60) : 0), (waist + hem) / 2] as Point, [middle + hemHalf, hem] as Point,
  ] as const;
  const left = (points: readonly (string | Point)[]): string => mirrored(path(...points), middle);

  const parts: CutPart[] = [];
  const back = path('M', [middle - neck, top], 'Q', [middle, top + 22], [middle + neck, top], ...side, 'L', [middle, hem - 12], 'Z');
  parts.push({ name: 'back', d: back, grain: 0 }, { name: 'back', d: mirrored(back, middle), grain: 0 });
  const { sleeves, cuff, cuffWay } = cutSleeves(shape.sleeves, { shoulderEnd, armpit, random });
  const over = random.chance(0.5);
  if (!over) parts.push(...sleeves);
  if (open > 0) {
    const panel = ['M', [middle + neck, top] as Point, ...side, 'L', [middle + open, hem + hemCurve] as Point, 'Q', [middle + open * 1.1, waist] as Point, [middle + open * 0.5 + 6, top + neckDepth + 40] as Point, 'Z'];
    parts.push({ name: 'body', d: path(...panel), grain: -2 }, { name: 'body', d: left(panel), grain: 2 });
  } else {
    const right = path('M', [middle - neck, top], ...neckLine, ...side, 'Q', [middle + hemHalf * 0.5, hem + hemCurve], [middle, hem + hemCurve]);
    const leftSide = mirroredSide(side, { hemHalf, hem, hemCurve });
    parts.push({ name: 'body', d: `${right} ${leftSide} Z`, grain: 0 });
  }
  if (over) parts.push(...sleeves);
  return { parts, marks: { top, hem: hem + Math.min(0, hemCurve), neck, neckDepth: bottom[1] - top, chest, hemHalf, waist, waistHalf, cuff, cuffWay } };
}

/** The left edge from the middle of the hem up to the neck: the right edge mirrored and walked backwards. */
function mirroredSide(side: readonly (string | Point)[], ends: { hemHalf: number; hem: number; hemCurve: number }): string {
  const points = side.filter((step): step is Point => typeof step !== 'string').map(([x, y]): Point => [2 * middle - x, y]);
  const [shoulderEnd, armCurve, armpit, waistCurve, waist, hipCurve, hem] = points as [Point, Point, Point, Point, Point, Point, Point];
  return path('Q', [middle - ends.hemHalf * 0.5, ends.hem + ends.hemCurve], hem, 'Q', hipCurve, waist, 'Q', waistCurve, armpit, 'Q', armCurve, shoulderEnd);
}

interface SleevePlace {
  readonly shoulderEnd: Point;
  readonly armpit: Point;
  readonly random: GarmentDesign['random'];
}

function cutSleeves(cut: GarmentDesign['shape']['sleeves'], { shoulderEnd, armpit, random }: SleevePlace): {
  readonly sleeves: readonly CutPart[];
  readonly cuff: CutMarks['cuff'];
  readonly cuffWay: Point;
} {
  const lengths = { none: 0, straps: 0, cap: random.range(30, 60), short: random.range(110, 190), elbow: random.range(230, 300), long: random.range(410, 500) };
  const length = lengths[cut];
  if (length === 0) return { sleeves: [], cuff: undefined, cuffWay: [0, 1] };
  const armhole = armpit[1] - shoulderEnd[1];
  const upper = random.range(cut === 'long' ? 8 : 22, cut === 'long' ? 42 : 62);
  const lower = cut === 'long' ? upper + random.range(-34, 12) : upper;
  const way = (degrees: number): Point => [Math.sin((degrees * Math.PI) / 180), Math.cos((degrees * Math.PI) / 180)];
  const inward = ([x, y]: Point): Point => [-y, x];
  const step = (from: Point, along: Point, by: number): Point => [from[0] + along[0] * by, from[1] + along[1] * by];
  const cuffWidth = cut === 'long' ? random.range(62, 105) : armhole * random.range(0.72, 0.95);
  const elbow = step(shoulderEnd, way(upper), length / 2);
  const outer = step(elbow, way(lower), length / 2);
  const inner = step(outer, inward(way(lower)), cuffWidth);
  const elbowInner = step(elbow, inward(way((upper + lower) / 2)), (cuffWidth + armhole * 0.8) / 2);
  const d = path('M', [shoulderEnd[0] - 14, shoulderEnd[1] + 1], 'L', shoulderEnd, 'Q', elbow, outer, 'L', inner, 'Q', elbowInner, armpit, 'L', [armpit[0] - 24, armpit[1] - 4], 'Z');
  return {
    sleeves: [{ name: 'sleeve-right', d, grain: -(upper + lower) / 2 }, { name: 'sleeve-left', d: mirrored(d, middle), grain: (upper + lower) / 2 }],
    cuff: [outer, inner],
    cuffWay: way(lower),
  };
}

function cutTrousers({ shape, trims, random }: GarmentDesign): GarmentCut {
  const waistHalf = random.range(140, 185);
  const hip = waistHalf + random.range(15, 50);
  const crotch = top + random.range(225, 285);
  const hem = top + Math.max(random.range(...shape.length), crotch - top + 45);
  const spread = random.range(0, hem - top > 600 ? 90 : 60);
  const long = hem - top > 600;
  const cuffWidth = long ? random.range(85, 175) : hip * random.range(0.78, 1.02);
  const knee = (crotch + hem) / 2;
  const kneeWidth = (cuffWidth + hip * 0.8) / 2 - random.range(0, long ? 25 : 0);
  const outer: Point = [middle + 12 + spread + cuffWidth, hem - spread * 0.12];
  const inner: Point = [middle + 12 + spread, hem];
  const d = path(
    'M', [middle - 1, top], 'L', [middle + waistHalf, top], 'Q', [middle + hip, top + 70], [middle + hip + spread * 0.2, crotch - 40],
    'Q', [middle + spread * 0.55 + 12 + kneeWidth, knee], outer, 'L', inner, 'Q', [middle + spread * 0.55 + 8, knee], [middle + 3, crotch], 'L', [middle - 1, crotch - 6], 'Z',
  );
  const back = path('M', [middle - waistHalf + 6, top], 'Q', [middle, top - 26], [middle + waistHalf - 6, top], 'L', [middle, top + 60], 'Z');
  const dip = trims.has('drawstring') || random.chance(0.5) ? [] : [{ name: 'back', d: back, grain: 0 } as const];
  return {
    parts: [...dip, { name: 'leg-right', d, grain: -spread * 0.06 }, { name: 'leg-left', d: mirrored(d, middle), grain: spread * 0.06 }],
    marks: { top, hem, neck: waistHalf, neckDepth: 0, chest: hip, hemHalf: hip + spread, waist: crotch, waistHalf, cuff: [outer, inner], cuffWay: [0.05, 1] },
  };
}

function cutSkirt({ shape, random }: GarmentDesign): GarmentCut {
  const waistHalf = random.range(130, 175);
  const length = random.range(...shape.length);
  const hem = top + length;
  const hemHalf = waistHalf * random.range(1, 1 + Math.min(1.7, length / 330));
  const bulge = random.range(-10, 45);
  const curve = random.range(-8, 55);
  const d = path(
    'M', [middle - waistHalf, top], 'L', [middle + waistHalf, top], 'Q', [middle + (waistHalf + hemHalf) / 2 + bulge, top + length * 0.4], [middle + hemHalf, hem],
    'Q', [middle + hemHalf * 0.5, hem + curve], [middle, hem + curve], 'Q', [middle - hemHalf * 0.5, hem + curve], [middle - hemHalf, hem],
    'Q', [middle - (waistHalf + hemHalf) / 2 - bulge, top + length * 0.4], [middle - waistHalf, top], 'Z',
  );
  return {
    parts: [{ name: 'body', d, grain: 0 }],
    marks: { top, hem, neck: waistHalf, neckDepth: 0, chest: (waistHalf + hemHalf) / 2, hemHalf, waist: top + 40, waistHalf, cuff: undefined, cuffWay: [0, 1] },
  };
}
