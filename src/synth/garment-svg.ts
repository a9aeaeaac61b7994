import { css, mix } from './color.ts';
import { cutGarment } from './garment-cut.ts';
import { designGarment, type GarmentDesign } from './garment-design.ts';
import { fabricRibs } from './garment-fabric.ts';
import { drawPrint } from './garment-print.ts';
import { drawTrims } from './garment-trim.ts';
import { num, pathBounds } from './svg-path.ts';

/** A drawn garment on nothing: SVG text and the size in pixels that it is to be rasterised at. */
export interface GarmentSvg {
  readonly design: GarmentDesign;
  readonly svg: string;
  readonly width: number;
  readonly height: number;
}

/** Pixels of the longer side of a rasterised garment. */
const longSide = 560;

/** Widths and opacities of the strokes that darken a seam. */
const seam = [
  [34, 0.05],
  [22, 0.06],
  [12, 0.09],
  [5, 0.14],
] as const;

/**
 * Draws the garment with number `seed`, as it lies flat, seen from above. The same seed gives the same text.
 *
 * @example drawGarment(7).design.shape.name
 */
export function drawGarment(seed: number): GarmentSvg {
  const design = designGarment(seed);
  const { parts, marks } = cutGarment(design);
  const { colors } = design;
  const print = drawPrint(design, marks);
  const trims = drawTrims(design, marks);
  const ribs = fabricRibs(design.fabric);

  const clips: string[] = [];
  const painted: string[] = [];
  for (const [index, { name, d, grain }] of parts.entries()) {
    const inside = name === 'back';
    const sleeve = name.startsWith('sleeve');
    const base = inside ? mix(colors.base, [0, 0, 0], 0.42) : sleeve && print.sleeves ? print.sleeves : colors.base;
    clips.push(`<clipPath id="part${index}"><path d="${d}"/></clipPath>`);
    if (print.tiled)
      clips.push(
        `<pattern id="print${index}" href="#print" patternTransform="rotate(${num(grain)} 500 300) ${tileTransform(print.defs)}"/>`,
      );
    const layers = [`<path d="${d}" fill="${css(base)}"/>`];
    if (print.tiled) layers.push(`<path d="${d}" fill="url(#print${index})"${inside ? ' opacity=".4"' : ''}/>`);
    if (!inside && !(sleeve && print.sleeves)) layers.push(print.over);
    if (ribs) layers.push(`<path d="${d}" fill="url(#ribs)"/>`);
    // The seams: an edge that darkens inwards, as cloth that bends away does.
    for (const [wide, dark] of seam)
      layers.push(`<path d="${d}" fill="none" stroke="#000" stroke-opacity="${dark}" stroke-width="${wide}"/>`);
    if (!inside) layers.push(`<g>${trims.on}</g>`);
    painted.push(`<g clip-path="url(#part${index})">${layers.join('')}</g>`);
  }
  if (design.shape.sleeves === 'straps') painted.push(straps(marks.neck, colors.base));

  const [x1, y1, x2, y2] = pathBounds(parts.filter(({ name }) => name !== 'back').map(({ d }) => d));
  const above = design.trims.has('hood')
    ? 130
    : design.trims.has('collar') || design.trims.has('stand-collar')
      ? 60
      : 30;
  const box = [x1 - 30, y1 - above, x2 - x1 + 60, y2 - y1 + above + 40] as const;
  const scale = longSide / Math.max(box[2], box[3]);
  const [width, height] = [Math.round(box[2] * scale), Math.round(box[3] * scale)];
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="${box.map(num).join(' ')}"><defs>
${print.defs}${ribs ?? ''}${clips.join('')}</defs>${painted.join('')}${trims.out}</svg>`;
  return { design, svg, width, height };
}

/** The transform that a pattern was defined with; a pattern that refers to it has to repeat it. */
function tileTransform(defs: string): string {
  return /patternTransform="([^"]*)"/.exec(defs)?.[1] ?? '';
}

function straps(neck: number, base: readonly [number, number, number]): string {
  const strap = (x: number): string =>
    `<path d="M${num(x)},108Q${num(x + (500 - x) * 0.2)},70 ${num(x + (500 - x) * 0.25)},82" fill="none" stroke="${css(base)}" stroke-width="12"/>`;
  return strap(500 - neck - 6) + strap(500 + neck + 6);
}
