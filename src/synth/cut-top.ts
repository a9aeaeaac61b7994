import { type CutPart, type GarmentCut, middle, top } from './cut-part.ts';
import { cutSleeves } from './cut-sleeves.ts';
import { type GarmentDesign } from './garment-design.ts';
import { mirrored, path, type Point } from './svg-path.ts';

/** Cuts whatever hangs from the shoulders: tops, outer clothes and dresses. */
export function cutTop({ shape, trims, random }: GarmentDesign): GarmentCut {
  const loose = shape.kind === 'outwear' ? 25 : 0;
  const straps = shape.sleeves === 'straps';
  const bare = shape.sleeves === 'none';
  const neck = straps ? random.range(75, 110) : random.range(58, 100);
  const wide = random.range(155, 205) + loose;
  const shoulder = bare ? Math.max(neck + 30, wide - 40) : straps ? neck + random.range(10, 18) : wide;
  const slope = random.range(14, 45);
  const armhole = random.range(125, 180) + loose;
  const chest = Math.max(wide + random.range(-15, 35), shoulder + 5);
  const length = random.range(...shape.length);
  const hem = top + length;
  const waist = top + Math.min(length * 0.62, random.range(310, 380));
  const dress = shape.kind === 'dress';
  const waistHalf = chest * (dress ? random.range(0.72, 0.98) : random.range(0.86, 1.03));
  const flare = dress ? random.range(1.05, 2.1) : random.range(0.9, shape.length[1] > 600 ? 1.35 : 1.14);
  const hemHalf = (dress ? waistHalf : chest) * flare;
  const collared = trims.has('collar') || trims.has('stand-collar');
  const depth = straps ? random.range(90, 150) : collared ? random.range(30, 50) : random.range(28, 130);
  const pointed = random.chance(0.35) || trims.has('lapels');
  const hemCurve = random.range(-18, 26);
  const open = trims.has('open-front') ? random.range(20, 70) : 0;

  const neckEnd: Point = [middle + neck, top];
  const throat: Point = [middle, top + depth * (pointed ? 1.35 : 1)];
  const shoulderEnd: Point = [middle + shoulder, top + slope];
  const armCurve: Point = [middle + shoulder - (bare ? 20 : 5), top + slope + armhole * 0.6];
  const armpit: Point = [middle + chest, top + slope + armhole];
  const waistCurve: Point = [middle + waistHalf, waist - 60];
  const waistEnd: Point = [middle + waistHalf, waist];
  const hipCurve: Point = [middle + (waistHalf + hemHalf) / 2 + (dress ? random.range(-10, 60) : 0), (waist + hem) / 2];
  const hemEnd: Point = [middle + hemHalf, hem];
  const hemBend: Point = [middle + hemHalf * 0.5, hem + hemCurve];
  const hemMiddle: Point = [middle, hem + hemCurve];
  const flip = ([x, y]: Point): Point => [2 * middle - x, y];
  const right = path`L${shoulderEnd}Q${armCurve}${armpit}Q${waistCurve}${waistEnd}Q${hipCurve}${hemEnd}`;

  const back = path`M${flip(neckEnd)}Q${[middle, top + 22]}${neckEnd}${right}L${[middle, hem - 12]}Z`;
  const parts: CutPart[] = [
    { name: 'back', d: back, grain: 0 },
    { name: 'back', d: mirrored(back, middle), grain: 0 },
  ];
  const { sleeves, cuff, cuffWay } = cutSleeves(shape.sleeves, { shoulderEnd, armpit, random });
  const over = random.chance(0.5);
  if (!over) parts.push(...sleeves);
  if (open > 0) {
    const panel = path`M${neckEnd}${right}L${[middle + open, hem + hemCurve]}Q${[middle + open * 1.1, waist]}${[middle + open * 0.5 + 6, top + depth + 40]}Z`;
    parts.push({ name: 'body', d: panel, grain: -2 }, { name: 'body', d: mirrored(panel, middle), grain: 2 });
  } else {
    const bend: Point = [middle + neck * 0.9, throat[1]];
    const neckLine = pointed ? path`L${throat}L${neckEnd}` : path`Q${flip(bend)}${throat}Q${bend}${neckEnd}`;
    // The left edge is the right one, mirrored and walked upwards.
    const left = path`Q${flip(hemBend)}${flip(hemEnd)}Q${flip(hipCurve)}${flip(waistEnd)}Q${flip(waistCurve)}${flip(armpit)}Q${flip(armCurve)}${flip(shoulderEnd)}Z`;
    parts.push({ name: 'body', d: path`M${flip(neckEnd)}${neckLine}${right}Q${hemBend}${hemMiddle}${left}`, grain: 0 });
  }
  if (over) parts.push(...sleeves);
  const lowest = hem + Math.min(0, hemCurve);
  const neckDepth = throat[1] - top;
  return { parts, marks: { top, hem: lowest, neck, neckDepth, chest, hemHalf, waist, waistHalf, cuff, cuffWay } };
}
