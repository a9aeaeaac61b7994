import { type Color, css } from './color.ts';
import { type GarmentDesign } from './garment-design.ts';
import { drawMotif, type Motif } from './print-motif.ts';
import { type Random } from './random.ts';
import { num } from './svg-path.ts';

type Colors = GarmentDesign['colors'];

/** One tile of a print that repeats. */
export interface Tile {
  readonly width: number;
  readonly height: number;
  readonly content: string;
  readonly angle: number;
}

/** How figures are strewn. */
export interface Scatter {
  readonly size: readonly [number, number];
  readonly count: number;
  readonly side: number;
  readonly colors: readonly Color[];
}

/** Figures at places of chance that wrap around the tile's edges, kept apart where there is room. */
export function scatterTile(
  motifs: readonly Motif[],
  { size, count, side, colors }: Scatter,
  accent: Color,
  random: Random,
): Tile {
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
    const drawn = drawMotif(random.pick(motifs), {
      size: random.range(...size),
      main: random.pick(colors),
      accent,
      random,
    });
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

/** Dots in two staggered rows. */
export function dotTile(colors: Colors, random: Random): Tile {
  const side = random.range(18, 100);
  const radius = side * random.range(0.12, 0.27);
  const dot = (x: number, y: number, color: Color): string =>
    `<circle cx="${num(x)}" cy="${num(y)}" r="${num(radius)}" fill="${css(color)}"/>`;
  const other = random.chance(0.25) ? colors.second : colors.first;
  return {
    width: side,
    height: side,
    content: dot(side * 0.25 + 1, side * 0.25 + 1, colors.first) + dot(side * 0.75, side * 0.75, other),
    angle: random.pick([0, 0, 45, 20]),
  };
}

/** Short strokes of a brush. */
export function strokeTile(colors: Colors, random: Random): Tile {
  const side = random.range(110, 220);
  const bend = (): string => num(random.range(-30, 30));
  const strokes = Array.from({ length: random.integer(10, 26) }, () => {
    const [x, y] = [random.range(0, side), random.range(0, side)];
    return `<path d="M${num(x)},${num(y)}q${bend()},${bend()} ${bend()},${bend()}" fill="none" stroke="${css(random.pick([colors.first, colors.second]))}" stroke-width="${num(random.range(3, 12))}" stroke-linecap="round"/>`;
  });
  return { width: side, height: side, content: strokes.join(''), angle: random.range(-20, 20) };
}
