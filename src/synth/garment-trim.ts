import { css, luma, mix } from './color.ts';
import { type CutMarks } from './cut-part.ts';
import { type GarmentDesign } from './garment-design.ts';
import { num } from './svg-path.ts';

/** SVG of everything sewn onto a garment: inside the outline (`on`), and sticking out of it (`out`). */
export interface TrimSvg {
  readonly on: string;
  readonly out: string;
}

/** Draws the trims of a design at the marks of its cut. */
export function drawTrims(design: GarmentDesign, marks: CutMarks): TrimSvg {
  const { trims, colors, shape, random: all, fabric } = design;
  const random = all.fork('trims');
  const { top, hem, neck, neckDepth, chest, waist, waistHalf, hemHalf, cuff, cuffWay } = marks;
  const legs = shape.kind === 'pants' || shape.kind === 'shorts';
  const upper = !legs && shape.kind !== 'skirt';
  const cloth = css(colors.trim);
  const shade = css(mix(colors.base, [0, 0, 0], 0.45));
  const thread =
    fabric === 'denim'
      ? 'rgb(190,140,70)'
      : luma(colors.base) < 70
        ? css(mix(colors.base, [255, 255, 255], 0.22))
        : shade;
  const stitch = `fill="none" stroke="${thread}" stroke-width="2.4" stroke-dasharray="7 4" stroke-opacity=".8"`;
  const line = `fill="none" stroke="${shade}" stroke-width="3" stroke-opacity=".7"`;
  const on: string[] = [];
  const out: string[] = [];
  const both = (drawn: string): string => `${drawn}<g transform="translate(1000 0) scale(-1 1)">${drawn}</g>`;
  const rect = (x: number, y: number, width: number, height: number, extra: string): string =>
    `<rect x="${num(x)}" y="${num(y)}" width="${num(width)}" height="${num(height)}" ${extra}/>`;

  if (trims.has('hem-band'))
    on.push(
      rect(-400, hem - 42, 1800, 140, `fill="${cloth}"`),
      `<path d="M-400,${num(hem - 42)}L1400,${num(hem - 42)}" ${line}/>`,
    );
  else on.push(`<path d="M-400,${num(hem - 16)}L1400,${num(hem - 16)}" ${stitch}/>`);
  if (trims.has('cuffs') && cuff) {
    const [[ox, oy], [ix, iy]] = cuff;
    const deep = random.range(24, 48);
    const back = ([x, y]: readonly [number, number], by: number): string =>
      `${num(x - cuffWay[0] * by)},${num(y - cuffWay[1] * by)}`;
    on.push(
      both(
        `<path d="M${back([ox + 12, oy], -12)}L${back([ix - 12, iy], -12)}L${back([ix - 12, iy], deep)}L${back([ox + 12, oy], deep)}Z" fill="${cloth}"/><path d="M${back([ix - 12, iy], deep)}L${back([ox + 12, oy], deep)}" ${line}/>`,
      ),
    );
  }
  if (trims.has('pleats')) {
    const count = random.integer(6, 16);
    const from = upper ? waist : top + 30;
    for (let index = 0; index <= count; index++) {
      const share = (index / count) * 2 - 1;
      on.push(
        `<path d="M${num(500 + share * waistHalf)},${num(from)}L${num(500 + share * hemHalf)},${num(hem + 40)}" fill="none" stroke="#000" stroke-opacity=".28" stroke-width="5"/><path d="M${num(505 + share * waistHalf)},${num(from)}L${num(507 + share * hemHalf)},${num(hem + 40)}" fill="none" stroke="#fff" stroke-opacity=".16" stroke-width="4"/>`,
      );
    }
  }
  if (trims.has('quilting'))
    for (let y = top + 70; y < hem; y += random.range(52, 64))
      on.push(
        `<path d="M-300,${num(y)}Q500,${num(y + 22)} 1300,${num(y)}" fill="none" stroke="#000" stroke-opacity=".4" stroke-width="5"/><path d="M-300,${num(y + 7)}Q500,${num(y + 29)} 1300,${num(y + 7)}" fill="none" stroke="#fff" stroke-opacity=".25" stroke-width="5"/>`,
      );
  if (trims.has('ruffle')) {
    const y = upper ? (shape.kind === 'dress' ? hem - 90 : top + neckDepth + 40) : hem - 80;
    const waves = Array.from(
      { length: 24 },
      (_, index) => `${num(index * 60 - 200)},${num(y + (index % 2 === 0 ? 0 : 22))}`,
    ).join(' ');
    on.push(`<polyline points="${waves}" fill="none" stroke="#000" stroke-opacity=".3" stroke-width="7"/>`);
    for (let index = 0; index < 24; index++)
      on.push(
        `<path d="M${index * 60 - 180},${num(y + 14)}l${num(random.range(-8, 8))},70" stroke="#000" stroke-opacity=".16" stroke-width="6"/>`,
      );
  }
  if (trims.has('side-stripe'))
    on.push(
      both(
        `<path d="M${num(500 + waistHalf - 6)},${num(top)}Q${num(500 + chest)},${num(top + 80)} ${num((cuff?.[0][0] ?? 600) - 14)},${num(hem)}" fill="none" stroke="${css(colors.first)}" stroke-width="${num(random.range(12, 34))}"/>`,
      ),
    );
  if (!upper) {
    on.push(
      rect(
        300,
        top - 30,
        400,
        30 + random.range(26, 46),
        `fill="${trims.has('drawstring') ? cloth : css(mix(colors.base, [0, 0, 0], 0.12))}"`,
      ),
      `<path d="M300,${num(top + 40)}L700,${num(top + 40)}" ${fabric === 'denim' ? stitch : line}/>`,
    );
  }
  if (legs) on.push(`<path d="M500,${num(top)}L500,${num(waist)}" ${line}/>`);
  if (trims.has('fly'))
    on.push(
      `<path d="M522,${num(top + 40)}L522,${num(waist - 70)}Q520,${num(waist - 40)} 500,${num(waist - 34)}" ${stitch}/><circle cx="506" cy="${num(top + 20)}" r="8" fill="${fabric === 'denim' ? 'rgb(176,140,90)' : shade}"/>`,
    );
  if (trims.has('drawstring')) {
    const y = upper ? top + neckDepth : top + 22;
    out.push(
      `<path d="M488,${num(y)}q-14,50 -8,${num(random.range(80, 150))}M512,${num(y)}q14,60 6,${num(random.range(80, 150))}" fill="none" stroke="${css(mix(colors.trim, [255, 255, 255], 0.4))}" stroke-width="6" stroke-linecap="round"/>`,
    );
  }
  if (trims.has('pockets') || trims.has('kangaroo-pocket')) {
    const y = upper ? waist + random.range(-10, 40) : top + 52;
    if (trims.has('kangaroo-pocket'))
      on.push(
        `<path d="M${num(500 - chest * 0.5)},${num(hem - 60)}L${num(500 - chest * 0.5)},${num(hem - 120)}L${num(500 - chest * 0.28)},${num(hem - 200)}L${num(500 + chest * 0.28)},${num(hem - 200)}L${num(500 + chest * 0.5)},${num(hem - 120)}L${num(500 + chest * 0.5)},${num(hem - 60)}Z" fill="#000" fill-opacity=".08" stroke="${shade}" stroke-width="3.5"/>`,
      );
    else if (upper && random.chance(0.5))
      on.push(
        both(
          rect(
            500 + chest * 0.3,
            y,
            chest * 0.5,
            chest * 0.55,
            `fill="#fff" fill-opacity=".06" stroke="${shade}" stroke-width="3.5"`,
          ),
        ),
        both(
          rect(
            500 + chest * 0.28,
            y - 6,
            chest * 0.54,
            34,
            `fill="#000" fill-opacity=".1" stroke="${shade}" stroke-width="3"`,
          ),
        ),
      );
    else if (upper)
      on.push(
        both(
          rect(
            500 + chest * 0.3,
            y,
            chest * 0.48,
            20,
            `fill="#000" fill-opacity=".14" stroke="${shade}" stroke-width="3"`,
          ),
        ),
      );
    else
      on.push(
        both(
          `<path d="M${num(500 + waistHalf * 0.55)},${num(top + 40)}Q${num(500 + waistHalf * 0.62)},${num(y + 70)} ${num(500 + chest + 20)},${num(y + 78)}" ${stitch} /><path d="M${num(500 + waistHalf * 0.53)},${num(top + 40)}Q${num(500 + waistHalf * 0.6)},${num(y + 74)} ${num(500 + chest + 20)},${num(y + 83)}" ${line}/>`,
        ),
      );
  }
  if (trims.has('chest-pocket'))
    on.push(
      `<path d="M${num(500 + chest * 0.22)},${num(top + 150)}h${num(chest * 0.42)}v${num(chest * 0.4)}l${num(-chest * 0.21)},16l${num(-chest * 0.21)},-16Z" fill="#000" fill-opacity=".06" stroke="${shade}" stroke-width="3"/>`,
    );
  const throat = top + neckDepth;
  if (trims.has('buttons')) {
    const from = upper ? throat + 22 : top + 24;
    const count = Math.max(2, Math.round((hem - from) / random.range(70, 130)));
    if (!trims.has('open-front'))
      on.push(
        `<path d="M484,${num(from - 20)}L484,${num(hem + 30)}M518,${num(from - 20)}L518,${num(hem + 30)}" ${line}/>`,
      );
    const color = css(random.chance(0.4) ? mix(colors.trim, [255, 255, 255], 0.5) : mix(colors.base, [0, 0, 0], 0.6));
    const doubled = trims.has('lapels') && random.chance(0.4);
    for (let index = 0; index < count; index++) {
      const y = from + ((hem - from - 30) * index) / count + 12;
      for (const x of doubled ? [445, 555] : [trims.has('open-front') ? 500 + chest * 0.32 : 501])
        on.push(
          `<circle cx="${num(x)}" cy="${num(y)}" r="${shape.kind === 'outwear' ? 11 : 6.5}" fill="${color}" stroke="#000" stroke-opacity=".35" stroke-width="1.6"/>`,
        );
    }
  } else if (trims.has('zip') && !trims.has('open-front')) {
    const metal = random.chance(0.5) ? 'rgb(190,190,196)' : css(mix(colors.trim, [0, 0, 0], 0.3));
    on.push(
      `<path d="M500,${num(throat - 10)}L500,${num(hem + 30)}" fill="none" stroke="${shade}" stroke-width="12"/><path d="M500,${num(throat - 10)}L500,${num(hem + 30)}" fill="none" stroke="${metal}" stroke-width="5" stroke-dasharray="4 3"/>`,
      rect(495, throat + 6, 10, 26, `fill="${metal}"`),
    );
  }
  if (trims.has('belt')) {
    const y = upper ? waist - 16 : top + 2;
    const belt = random.chance(0.5) ? mix(colors.trim, [40, 24, 12], 0.7) : colors.trim;
    on.push(
      rect(-300, y, 1600, random.range(24, 38), `fill="${css(belt)}"`),
      rect(482, y - 3, 38, 38, `fill="none" stroke="rgb(200,180,120)" stroke-width="6" rx="4"`),
    );
  }
  const edge = `fill="none" stroke="${cloth}" stroke-linejoin="round"`;
  if (upper && shape.sleeves !== 'straps') {
    if (trims.has('hood'))
      out.push(
        `<path d="M${num(500 - neck - 18)},${num(top + 34)}Q${num(500 - neck - 40)},${num(top - 110)} 500,${num(top - 118)}Q${num(500 + neck + 40)},${num(top - 110)} ${num(500 + neck + 18)},${num(top + 34)}Q500,${num(throat + 34)} ${num(500 - neck - 18)},${num(top + 34)}Z" fill="${css(colors.base)}"/><path d="M${num(500 - neck)},${num(top + 16)}Q500,${num(top - 108)} ${num(500 + neck)},${num(top + 16)}Q500,${num(throat + 10)} ${num(500 - neck)},${num(top + 16)}Z" fill="${css(mix(colors.base, [0, 0, 0], 0.45))}"/>`,
      );
    else if (trims.has('collar'))
      out.push(
        both(
          `<path d="M${num(500 + neck)},${num(top - 8)}L${num(500 + neck + 26)},${num(top + 30)}L${num(500 + neck * 0.75)},${num(throat + 40)}L500,${num(throat - 4)}Q${num(500 + neck * 0.7)},${num(top + 20)} ${num(500 + neck)},${num(top - 8)}Z" fill="${random.chance(0.7) ? css(mix(colors.base, [255, 255, 255], 0.06)) : cloth}" stroke="${shade}" stroke-opacity=".6" stroke-width="3"/>`,
        ),
        `<path d="M${num(500 - neck)},${num(top - 6)}Q500,${num(top - 34)} ${num(500 + neck)},${num(top - 6)}Q500,${num(top + 22)} ${num(500 - neck)},${num(top - 6)}Z" fill="${css(mix(colors.base, [0, 0, 0], 0.25))}"/>`,
      );
    else if (trims.has('stand-collar'))
      out.push(
        `<path d="M${num(500 - neck)},${num(top + 12)}L${num(500 - neck * 0.92)},${num(top - 48)}Q500,${num(top - 34)} ${num(500 + neck * 0.92)},${num(top - 48)}L${num(500 + neck)},${num(top + 12)}Q500,${num(throat + 34)} ${num(500 - neck)},${num(top + 12)}Z" fill="${css(mix(colors.base, colors.trim, 0.3))}" stroke="${shade}" stroke-opacity=".5" stroke-width="3"/>`,
      );
    else if (trims.has('lapels'))
      out.push(
        both(
          `<path d="M${num(500 + neck * 0.95)},${num(top - 10)}L${num(500 + neck + 38)},${num(top + 60)}L${num(500 + neck + 10)},${num(top + 78)}L${num(500 + neck + 26)},${num(top + 96)}L506,${num(throat + 110)}L500,${num(throat + 20)}Z" fill="${css(mix(colors.base, [255, 255, 255], 0.08))}" stroke="${shade}" stroke-opacity=".7" stroke-width="3.5"/>`,
        ),
      );
    else
      out.push(
        `<path d="M${num(500 - neck)},${num(top)}Q${num(500 - neck * 0.9)},${num(throat)} 500,${num(throat)}Q${num(500 + neck * 0.9)},${num(throat)} ${num(500 + neck)},${num(top)}" ${edge} stroke-width="${num(random.range(5, 20))}" visibility="${marks.neckDepth > 100 ? 'hidden' : 'visible'}"/>`,
      );
  }
  if (shape.sleeves === 'straps') out.push('');
  return { on: on.join(''), out: out.join('') };
}
