import { css, type Color, mix } from './color.ts';
import { type CutMarks } from './cut-part.ts';
import { type GarmentDesign } from './garment-design.ts';
import { drawLettering, drawMotif, motifNames } from './print-motif.ts';
import { type Random } from './random.ts';
import { num } from './svg-path.ts';

type Colors = GarmentDesign['colors'];

const rect = (x: number, y: number, width: number, height: number, color: Color, opacity = 1): string =>
  `<rect x="${num(x)}" y="${num(y)}" width="${num(width)}" height="${num(height)}" fill="${css(color)}" fill-opacity="${num(opacity)}"/>`;

/** Definition of the gradient `fade`. */
export function gradientOf(colors: Colors, random: Random): string {
  const stops = random.chance(0.5) ? [colors.base, colors.first] : [colors.first, colors.base, colors.second];
  const list = stops
    .map(
      (color, index) =>
        `<stop offset="${num(0.15 + (0.75 * index) / (stops.length - 1))}" stop-color="${css(color)}"/>`,
    )
    .join('');
  const across = random.chance(0.2);
  return `<linearGradient id="fade" gradientUnits="userSpaceOnUse" x1="${across ? 250 : 500}" y1="100" x2="${across ? 750 : 500}" y2="${across ? 120 : num(random.range(550, 1000))}">${list}</linearGradient>`;
}

/** Large fields of a second colour. */
export function colorBlocks(colors: Colors, { top, hem, neck }: CutMarks, random: Random): string {
  const tall = hem - top;
  const wide = (y: number, height: number, color: Color): string => rect(-600, y, 2200, height, color);
  switch (random.weighted({ yoke: 3, band: 3, halves: 2, thirds: 2, diagonal: 2, side: 2 })) {
    case 'yoke':
      return wide(top - 200, 200 + tall * random.range(0.2, 0.45), colors.first);
    case 'band':
      return (
        wide(top + tall * random.range(0.25, 0.5), tall * random.range(0.12, 0.3), colors.first) +
        (random.chance(0.5) ? wide(top + tall * 0.6, tall * 0.08, colors.second) : '')
      );
    case 'halves':
      return rect(500, -100, 1100, 1500, colors.first);
    case 'thirds':
      return wide(top + tall / 3, tall / 3, colors.first) + wide(top + (tall * 2) / 3, tall, colors.second);
    case 'diagonal':
      return `<path d="M-200,${num(top + tall * random.range(0.5, 1))}L1200,${num(top - tall * random.range(0, 0.4))}L1200,1800L-200,1800Z" fill="${css(colors.first)}"/>`;
    case 'side':
    default:
      return (
        rect(500 + neck * 1.25, -100, 900, 1500, colors.first) +
        rect(-900, -100, 1400 - neck * 1.25, 1500, colors.first)
      );
  }
}

/** One or two broad stripes across the chest. */
export function chestStripes(colors: Colors, { top, hem }: CutMarks, random: Random): string {
  const at = top + (hem - top) * random.range(0.28, 0.5);
  const thick = random.range(18, 60);
  const second = random.chance(0.6)
    ? rect(-600, at + thick * 1.5, 2200, thick * random.range(0.3, 1), colors.second)
    : '';
  return rect(-600, at, 2200, thick, colors.first) + second;
}

/** A picture or words on the chest. */
export function logo(colors: Colors, { top, hem, chest, neckDepth }: CutMarks, random: Random): string {
  const small = random.chance(0.25);
  const size = chest * (small ? random.range(0.12, 0.2) : random.range(0.3, 0.62));
  const x = small ? 500 + chest * 0.45 : 500 + random.range(-8, 8);
  const y = small ? top + 130 : top + neckDepth + Math.min(size * 1.15 + 20, (hem - top) * 0.4);
  const second = random.chance(0.5) ? colors.second : colors.first;
  const figure = (scale: number, main: Color, accent: Color): string =>
    drawMotif(random.pick(motifNames), { size: size * scale, main, accent, random });
  const words = (count: number, height: number, color: Color): string =>
    drawLettering(count, { height: size * height, color, random });
  const below = (drawn: string, by: number): string => `<g transform="translate(0 ${num(size * by)})">${drawn}</g>`;
  const parts = {
    words: () =>
      words(random.integer(3, 8), random.range(0.3, 0.55), colors.first) +
      (random.chance(0.5) ? below(words(random.integer(4, 9), 0.22, second), 0.6) : ''),
    figure: () => figure(1, colors.first, second),
    badge: () =>
      `<circle r="${num(size)}" fill="${css(colors.first)}"/><circle r="${num(size * 0.86)}" fill="none" stroke="${css(colors.base)}" stroke-width="${num(size * 0.05)}"/>${figure(0.55, colors.base, second)}`,
    poster: () =>
      `<rect x="${num(-size * 0.8)}" y="${num(-size * 0.8)}" width="${num(size * 1.6)}" height="${num(size * 1.7)}" fill="${css(colors.first)}"/><g transform="translate(0 ${num(size * -0.1)})">${figure(0.5, second, colors.base)}</g>${below(words(random.integer(4, 7), 0.2, colors.base), 0.65)}`,
    both: () => figure(0.7, colors.first, second) + below(words(random.integer(4, 8), 0.28, second), 1),
    crowd: () =>
      Array.from(
        { length: 9 },
        (_, index) =>
          `<g transform="translate(${num(((index % 3) - 1) * size * 0.65)} ${num((Math.floor(index / 3) - 1) * size * 0.65)}) rotate(${num(random.range(-40, 40))})">${figure(0.26, index % 2 === 0 ? colors.first : second, colors.base)}</g>`,
      ).join(''),
  };
  return `<g transform="translate(${num(x)} ${num(y)}) rotate(${num(random.range(-5, 5))})">${parts[random.weighted({ words: 3, figure: 4, badge: 2, poster: 2, both: 3, crowd: 2 })]()}</g>`;
}

/** Rings about one point. */
export function rings(colors: Colors, { top, hem, chest }: CutMarks, random: Random): string {
  const [x, y] = [500 + random.range(-chest, chest) * 0.6, top + (hem - top) * random.range(0.2, 0.8)];
  const gap = random.range(26, 70);
  return Array.from(
    { length: 14 },
    (_, index) =>
      `<circle cx="${num(x)}" cy="${num(y)}" r="${num((index + 0.5) * gap)}" fill="none" stroke="${css(index % 3 === 0 ? colors.second : colors.first)}" stroke-width="${num(gap * 0.35)}"/>`,
  ).join('');
}

/** Blots that the filter `dye` makes run. */
export function tieDye(colors: Colors, { top, hem, chest }: CutMarks, random: Random): string {
  const blots = Array.from({ length: random.integer(7, 16) }, (_, index) => {
    const color = [colors.first, colors.second, mix(colors.base, [255, 255, 255], 0.6)][index % 3] ?? colors.first;
    return `<circle cx="${num(500 + random.range(-1, 1) * chest * 1.5)}" cy="${num(random.range(top, hem))}" r="${num(random.range(30, 130))}" fill="none" stroke="${css(color)}" stroke-width="${num(random.range(15, 70))}" stroke-opacity=".75"/>`;
  });
  return `<g filter="url(#dye)"><rect x="-300" y="-100" width="1600" height="1400" fill="none"/>${blots.join('')}</g>`;
}
