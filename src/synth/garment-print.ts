import { css, type Color, mix } from './color.ts';
import { type CutMarks } from './garment-cut.ts';
import { type GarmentDesign } from './garment-design.ts';
import { drawLettering, drawMotif, type Motif, motifNames } from './print-motif.ts';
import { type Random } from './random.ts';
import { num } from './svg-path.ts';

/** A print as SVG. */
export interface PrintSvg {
  /** Definitions; a tiled print defines the pattern `print`. */
  readonly defs: string;
  /** True when every piece of cloth is filled with the pattern `print`, turned along its grain. */
  readonly tiled: boolean;
  /** Drawn over the whole garment and clipped to it. */
  readonly over: string;
  /** Colour of the sleeves, when it is another than the body's. */
  readonly sleeves: Color | undefined;
}

type Colors = GarmentDesign['colors'];

/** Draws the print of a design over a garment with these marks. */
export function drawPrint(design: GarmentDesign, marks: CutMarks): PrintSvg {
  const random = design.random.fork('print');
  const { colors } = design;
  const tiled = (tile: Tile): PrintSvg => ({ defs: patternOf(tile, random), tiled: true, over: '', sleeves: undefined });
  const whole = (over: string, defs = '', sleeves?: Color): PrintSvg => ({ defs, tiled: false, over, sleeves });
  switch (design.print) {
    case 'plain':
      return whole('', '', random.chance(0.06) ? colors.first : undefined);
    case 'raglan':
      return whole('', '', colors.first);
    case 'argyle':
    case 'chevron':
    case 'gingham':
    case 'stripes':
    case 'tartan':
    case 'windowpane':
      return tiled(wovenTile(design.print, colors, random));
    case 'camouflage':
      return tiled(scatterTile(['blob'], { size: [22, 46], count: 26, side: 190, colors: [colors.first, mix(colors.base, [20, 30, 20], 0.5), mix(colors.base, colors.second, 0.5)] }, colors.second, random));
    case 'dots':
      return tiled(dotTile(colors, random));
    case 'floral':
      return tiled(scatterTile(['flower', 'flower', random.pick(['flower', 'leaf', 'tulip'] as const), 'leaf'], { size: [7, random.range(12, 42)], count: random.integer(14, 40), side: random.range(130, 230), colors: [colors.first, colors.second, mix(colors.first, [255, 255, 255], 0.4)] }, colors.second, random));
    case 'leopard':
      return tiled(scatterTile(['blob', 'ring'], { size: [6, 14], count: 60, side: 160, colors: [colors.first, mix(colors.base, colors.first, 0.6)] }, mix(colors.base, colors.first, 0.3), random));
    case 'motifs': {
      const motif = random.pick(motifNames);
      const size = random.range(9, 30);
      return tiled(scatterTile(random.chance(0.6) ? [motif] : [motif, random.pick(motifNames)], { size: [size * 0.8, size], count: random.integer(5, 14), side: size * 9, colors: random.chance(0.5) ? [colors.first] : [colors.first, colors.second] }, colors.second, random));
    }
    case 'strokes':
      return tiled(strokeTile(colors, random));
    case 'blocks':
      return whole(colorBlocks(colors, marks, random), '', random.chance(0.4) ? colors.first : undefined);
    case 'chest-stripe':
      return whole(chestStripes(colors, marks, random));
    case 'gradient':
      return whole(`<rect x="-600" y="-100" width="2200" height="1500" fill="url(#fade)"/>`, gradientOf(colors, random));
    case 'logo':
      return whole(logo(colors, marks, random), '', random.chance(0.12) ? colors.first : undefined);
    case 'rings':
      return whole(rings(colors, marks, random));
    case 'tie-dye':
      return whole(tieDye(colors, marks, random), '<filter id="dye" x="-20%" y="-20%" width="140%" height="140%"><feTurbulence type="turbulence" baseFrequency="0.012" numOctaves="3" seed="7"/><feDisplacementMap in="SourceGraphic" scale="90" xChannelSelector="R" yChannelSelector="G"/><feGaussianBlur stdDeviation="5"/></filter>');
  }
}

interface Tile {
  readonly width: number;
  readonly height: number;
  readonly content: string;
  readonly angle: number;
}

function patternOf({ width, height, content, angle }: Tile, random: Random): string {
  const place = `translate(${num(random.range(0, width))} ${num(random.range(0, height))}) rotate(${num(angle)})`;
  return `<pattern id="print" patternUnits="userSpaceOnUse" width="${num(width)}" height="${num(height)}" patternTransform="${place}">${content}</pattern>`;
}

const rect = (x: number, y: number, width: number, height: number, color: Color, opacity = 1): string =>
  `<rect x="${num(x)}" y="${num(y)}" width="${num(width)}" height="${num(height)}" fill="${css(color)}" fill-opacity="${num(opacity)}"/>`;

function wovenTile(print: 'argyle' | 'chevron' | 'gingham' | 'stripes' | 'tartan' | 'windowpane', colors: Colors, random: Random): Tile {
  const angle = random.range(-1.5, 1.5);
  switch (print) {
    case 'stripes': {
      const side = random.range(14, 95);
      const way = random.weighted({ across: 6, down: 3, slanting: 1 });
      let y = 0;
      let content = '';
      for (let band = random.integer(1, 3); band > 0; band--) {
        const thick = Math.max(3, side * random.range(0.12, 0.5));
        content += rect(0, y, side, Math.min(thick, side - y), band % 2 === 1 ? colors.first : colors.second);
        y += thick + side * random.range(0.08, 0.3);
      }
      return { width: side, height: side, content, angle: angle + { across: 0, down: 90, slanting: random.pick([-45, 45, 30]) }[way] };
    }
    case 'gingham': {
      const side = random.range(16, 62);
      const half = side / 2;
      return { width: side, height: side, content: rect(0, 0, side, half, colors.first, 0.5) + rect(0, 0, half, side, colors.first, 0.5), angle: angle + (random.chance(0.15) ? 45 : 0) };
    }
    case 'tartan': {
      const side = random.range(70, 190);
      let content = '';
      for (let band = random.integer(3, 6); band > 0; band--) {
        const [at, thick, color] = [random.range(0, side * 0.9), side * random.range(0.03, 0.25), random.pick([colors.first, colors.second, colors.trim])];
        content += rect(at, 0, thick, side, color, 0.6) + rect(0, at, side, thick, color, 0.6);
      }
      return { width: side, height: side, content, angle };
    }
    case 'windowpane': {
      const side = random.range(40, 140);
      const thick = random.range(2.5, 8);
      return { width: side, height: side, content: rect(0, 0, side, thick, colors.first) + rect(0, 0, thick, side, colors.first), angle: angle + (random.chance(0.2) ? 45 : 0) };
    }
    case 'chevron': {
      const [width, height] = [random.range(40, 110), random.range(30, 80)];
      const zig = (y: number): string => `M${-width},${num(y + height / 2)}L${num(-width / 2)},${num(y)}L0,${num(y + height / 2)}L${num(width / 2)},${num(y)}L${num(width)},${num(y + height / 2)}L${num(width * 1.5)},${num(y)}`;
      const lines = [-1, 0, 1].map((row) => `<path d="${zig(row * height)}" fill="none" stroke="${css(colors.first)}" stroke-width="${num(height * 0.3)}"/>`);
      return { width, height, content: lines.join(''), angle };
    }
    case 'argyle': {
      const [width, height] = [random.range(60, 130), random.range(80, 180)];
      const half = (x: number, y: number, color: Color): string => `<path d="M${num(x)},${num(y - height / 2)}L${num(x + width / 2)},${num(y)}L${num(x)},${num(y + height / 2)}L${num(x - width / 2)},${num(y)}Z" fill="${css(color)}"/>`;
      return { width, height, content: `${half(width / 2, height / 2, colors.first)}<path d="M0,0L${num(width)},${num(height)}M${num(width)},0L0,${num(height)}" stroke="${css(colors.second)}" stroke-width="3"/>`, angle };
    }
  }
}

interface Scatter {
  readonly size: readonly [number, number];
  readonly count: number;
  readonly side: number;
  readonly colors: readonly Color[];
}

/** Figures at places of chance that wrap around the tile's edges, kept apart where there is room. */
function scatterTile(motifs: readonly Motif[], { size, count, side, colors }: Scatter, accent: Color, random: Random): Tile {
  const places: [number, number][] = [];
  let content = '';
  for (let index = 0; index < count; index++) {
    let best: [number, number] = [0, 0];
    let apart = -1;
    for (let attempt = 0; attempt < 6; attempt++) {
      const place: [number, number] = [random.range(0, side), random.range(0, side)];
      const wrap = (delta: number): number => Math.min(Math.abs(delta), side - Math.abs(delta));
      const near = Math.min(1e9, ...places.map(([x, y]) => Math.hypot(wrap(x - place[0]), wrap(y - place[1]))));
      if (near > apart) [best, apart] = [place, near];
    }
    places.push(best);
    const drawn = drawMotif(random.pick(motifs), { size: random.range(...size), main: random.pick(colors), accent, random });
    const turn = random.range(0, 360);
    for (const dx of [-side, 0, side]) {
      for (const dy of [-side, 0, side]) {
        const [x, y] = [best[0] + dx, best[1] + dy];
        const reach = size[1] * 1.3;
        if (x < -reach || y < -reach || x > side + reach || y > side + reach) continue;
        content += `<g transform="translate(${num(x)} ${num(y)}) rotate(${num(turn)})">${drawn}</g>`;
      }
    }
  }
  return { width: side, height: side, content, angle: random.range(-8, 8) };
}

function dotTile(colors: Colors, random: Random): Tile {
  const side = random.range(18, 100);
  const radius = side * random.range(0.12, 0.27);
  const dot = (x: number, y: number, color: Color): string => `<circle cx="${num(x)}" cy="${num(y)}" r="${num(radius)}" fill="${css(color)}"/>`;
  const other = random.chance(0.25) ? colors.second : colors.first;
  return { width: side, height: side, content: dot(side * 0.25 + 1, side * 0.25 + 1, colors.first) + dot(side * 0.75, side * 0.75, other), angle: random.pick([0, 0, 45, 20]) };
}

function strokeTile(colors: Colors, random: Random): Tile {
  const side = random.range(110, 220);
  const bend = (): string => num(random.range(-30, 30));
  const strokes = Array.from({ length: random.integer(10, 26) }, () => {
    const [x, y] = [random.range(0, side), random.range(0, side)];
    return `<path d="M${num(x)},${num(y)}q${bend()},${bend()} ${bend()},${bend()}" fill="none" stroke="${css(random.pick([colors.first, colors.second]))}" stroke-width="${num(random.range(3, 12))}" stroke-linecap="round"/>`;
  });
  return { width: side, height: side, content: strokes.join(''), angle: random.range(-20, 20) };
}

function gradientOf(colors: Colors, random: Random): string {
  const stops = random.chance(0.5) ? [colors.base, colors.first] : [colors.first, colors.base, colors.second];
  const list = stops.map((color, index) => `<stop offset="${num(0.15 + (0.75 * index) / (stops.length - 1))}" stop-color="${css(color)}"/>`).join('');
  const across = random.chance(0.2);
  return `<linearGradient id="fade" gradientUnits="userSpaceOnUse" x1="${across ? 250 : 500}" y1="100" x2="${across ? 750 : 500}" y2="${across ? 120 : num(random.range(550, 1000))}">${list}</linearGradient>`;
}

function colorBlocks(colors: Colors, { top, hem, neck }: CutMarks, random: Random): string {
  const tall = hem - top;
  const wide = (y: number, height: number, color: Color): string => rect(-600, y, 2200, height, color);
  switch (random.weighted({ yoke: 3, band: 3, halves: 2, thirds: 2, diagonal: 2, side: 2 })) {
    case 'yoke':
      return wide(top - 200, 200 + tall * random.range(0.2, 0.45), colors.first);
    case 'band':
      return wide(top + tall * random.range(0.25, 0.5), tall * random.range(0.12, 0.3), colors.first) + (random.chance(0.5) ? wide(top + tall * 0.6, tall * 0.08, colors.second) : '');
    case 'halves':
      return rect(500, -100, 1100, 1500, colors.first);
    case 'thirds':
      return wide(top + tall / 3, tall / 3, colors.first) + wide(top + (tall * 2) / 3, tall, colors.second);
    case 'diagonal':
      return `<path d="M-200,${num(top + tall * random.range(0.5, 1))}L1200,${num(top - tall * random.range(0, 0.4))}L1200,1800L-200,1800Z" fill="${css(colors.first)}"/>`;
    case 'side':
      return rect(500 + neck * 1.25, -100, 900, 1500, colors.first) + rect(-900, -100, 1400 - neck * 1.25, 1500, colors.first);
  }
}

function chestStripes(colors: Colors, { top, hem }: CutMarks, random: Random): string {
  const at = top + (hem - top) * random.range(0.28, 0.5);
  const thick = random.range(18, 60);
  const second = random.chance(0.6) ? rect(-600, at + thick * 1.5, 2200, thick * random.range(0.3, 1), colors.second) : '';
  return rect(-600, at, 2200, thick, colors.first) + second;
}

function logo(colors: Colors, { top, hem, chest, neckDepth }: CutMarks, random: Random): string {
  const small = random.chance(0.25);
  const size = chest * (small ? random.range(0.12, 0.2) : random.range(0.3, 0.62));
  const x = small ? 500 + chest * 0.45 : 500 + random.range(-8, 8);
  const y = small ? top + 130 : top + neckDepth + Math.min(size * 1.15 + 20, (hem - top) * 0.4);
  const second = random.chance(0.5) ? colors.second : colors.first;
  const figure = (scale: number, main: Color, accent: Color): string => drawMotif(random.pick(motifNames), { size: size * scale, main, accent, random });
  const words = (count: number, height: number, color: Color): string => drawLettering(count, { height: size * height, color, random });
  const below = (drawn: string, by: number): string => `<g transform="translate(0 ${num(size * by)})">${drawn}</g>`;
  const parts = {
    words: () => words(random.integer(3, 8), random.range(0.3, 0.55), colors.first) + (random.chance(0.5) ? below(words(random.integer(4, 9), 0.22, second), 0.6) : ''),
    figure: () => figure(1, colors.first, second),
    badge: () => `<circle r="${num(size)}" fill="${css(colors.first)}"/><circle r="${num(size * 0.86)}" fill="none" stroke="${css(colors.base)}" stroke-width="${num(size * 0.05)}"/>${figure(0.55, colors.base, second)}`,
    poster: () => `<rect x="${num(-size * 0.8)}" y="${num(-size * 0.8)}" width="${num(size * 1.6)}" height="${num(size * 1.7)}" fill="${css(colors.first)}"/><g transform="translate(0 ${num(size * -0.1)})">${figure(0.5, second, colors.base)}</g>${below(words(random.integer(4, 7), 0.2, colors.base), 0.65)}`,
    both: () => figure(0.7, colors.first, second) + below(words(random.integer(4, 8), 0.28, second), 1),
    crowd: () => Array.from({ length: 9 }, (_, index) => `<g transform="translate(${num(((index % 3) - 1) * size * 0.65)} ${num((Math.floor(index / 3) - 1) * size * 0.65)}) rotate(${num(random.range(-40, 40))})">${figure(0.26, index % 2 === 0 ? colors.first : second, colors.base)}</g>`).join(''),
  };
  return `<g transform="translate(${num(x)} ${num(y)}) rotate(${num(random.range(-5, 5))})">${parts[random.weighted({ words: 3, figure: 4, badge: 2, poster: 2, both: 3, crowd: 2 })]()}</g>`;
}

function rings(colors: Colors, { top, hem, chest }: CutMarks, random: Random): string {
  const [x, y] = [500 + random.range(-chest, chest) * 0.6, top + (hem - top) * random.range(0.2, 0.8)];
  const gap = random.range(26, 70);
  return Array.from({ length: 14 }, (_, index) => `<circle cx="${num(x)}" cy="${num(y)}" r="${num((index + 0.5) * gap)}" fill="none" stroke="${css(index % 3 === 0 ? colors.second : colors.first)}" stroke-width="${num(gap * 0.35)}"/>`).join('');
}

function tieDye(colors: Colors, { top, hem, chest }: CutMarks, random: Random): string {
  const blots = Array.from({ length: random.integer(7, 16) }, (_, index) => {
    const color = [colors.first, colors.second, mix(colors.base, [255, 255, 255], 0.6)][index % 3] ?? colors.first;
    return `<circle cx="${num(500 + random.range(-1, 1) * chest * 1.5)}" cy="${num(random.range(top, hem))}" r="${num(random.range(30, 130))}" fill="none" stroke="${css(color)}" stroke-width="${num(random.range(15, 70))}" stroke-opacity=".75"/>`;
  });
  return `<g filter="url(#dye)"><rect x="-300" y="-100" width="1600" height="1400" fill="none"/>${blots.join('')}</g>`;
}
