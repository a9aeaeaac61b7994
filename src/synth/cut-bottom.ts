import { type CutPart, type GarmentCut, middle, top } from './cut-part.ts';
import { type GarmentDesign } from './garment-design.ts';
import { mirrored, path, type Point } from './svg-path.ts';

/** Cuts trousers and shorts: two legs, and often the inside of the waistband. */
export function cutTrousers({ shape, trims, random }: GarmentDesign): GarmentCut {
  const waistHalf = random.range(140, 185);
  const hip = waistHalf + random.range(15, 50);
  const crotch = top + random.range(225, 285);
  const hem = top + Math.max(random.range(...shape.length), crotch - top + 45);
  const isLong = hem - top > 600;
  const spread = random.range(0, isLong ? 90 : 60);
  const cuffWidth = isLong ? random.range(85, 175) : hip * random.range(0.78, 1.02);
  const kneeWidth = (cuffWidth + hip * 0.8) / 2 - random.range(0, isLong ? 25 : 0);
  const knee = (crotch + hem) / 2;
  const outer: Point = [middle + 12 + spread + cuffWidth, hem - spread * 0.12];
  const inner: Point = [middle + 12 + spread, hem];
  const waistEnd: Point = [middle + waistHalf, top];
  const hipCurve: Point = [middle + hip, top + 70];
  const hipEnd: Point = [middle + hip + spread * 0.2, crotch - 40];
  const kneeOuter: Point = [middle + spread * 0.55 + 12 + kneeWidth, knee];
  const kneeInner: Point = [middle + spread * 0.55 + 8, knee];
  const right = path`M${[middle - 1, top]}L${waistEnd}Q${hipCurve}${hipEnd}Q${kneeOuter}${outer}L${inner}Q${kneeInner}${[middle + 3, crotch]}L${[middle - 1, crotch - 6]}Z`;
  const inside = path`M${[middle - waistHalf + 6, top]}Q${[middle, top - 26]}${[middle + waistHalf - 6, top]}L${[middle, top + 60]}Z`;
  const hasInside = !trims.has('drawstring') && !random.chance(0.5);
  const legs: readonly CutPart[] = [
    { name: 'leg-right', d: right, grain: -spread * 0.06 },
    { name: 'leg-left', d: mirrored(right, middle), grain: spread * 0.06 },
  ];
  return {
    parts: hasInside ? [{ name: 'back', d: inside, grain: 0 }, ...legs] : legs,
    marks: {
      top,
      hem,
      neck: waistHalf,
      neckDepth: 0,
      chest: hip,
      hemHalf: hip + spread,
      waist: crotch,
      waistHalf,
      cuff: [outer, inner],
      cuffWay: [0.05, 1],
    },
  };
}

/** Cuts a skirt from straight to wide. */
export function cutSkirt({ shape, random }: GarmentDesign): GarmentCut {
  const waistHalf = random.range(130, 175);
  const length = random.range(...shape.length);
  const hem = top + length;
  const hemHalf = waistHalf * random.range(1, 1 + Math.min(1.7, length / 330));
  const bulge = random.range(-10, 45);
  const curve = random.range(-8, 55);
  const flip = ([x, y]: Point): Point => [2 * middle - x, y];
  const waistEnd: Point = [middle + waistHalf, top];
  const sideCurve: Point = [middle + (waistHalf + hemHalf) / 2 + bulge, top + length * 0.4];
  const hemEnd: Point = [middle + hemHalf, hem];
  const hemBend: Point = [middle + hemHalf * 0.5, hem + curve];
  const d = path`M${flip(waistEnd)}L${waistEnd}Q${sideCurve}${hemEnd}Q${hemBend}${[middle, hem + curve]}Q${flip(hemBend)}${flip(hemEnd)}Q${flip(sideCurve)}${flip(waistEnd)}Z`;
  const [chest, waist] = [(waistHalf + hemHalf) / 2, top + 40];
  return {
    parts: [{ name: 'body', d, grain: 0 }],
    marks: {
      top,
      hem,
      neck: waistHalf,
      neckDepth: 0,
      chest,
      hemHalf,
      waist,
      waistHalf,
      cuff: undefined,
      cuffWay: [0, 1],
    },
  };
}
