import { css, type Color } from './color.ts';
import { type GarmentDesign } from './garment-design.ts';
import { type Tile } from './print-tile.ts';
import { type Random } from './random.ts';
import { num } from './svg-path.ts';

type Colors = GarmentDesign['colors'];

/** Patterns that a loom can make. */
export type Weave = 'argyle' | 'chevron' | 'gingham' | 'stripes' | 'tartan' | 'windowpane';

const rect = (x: number, y: number, width: number, height: number, color: Color, opacity = 1): string =>
  `<rect x="${num(x)}" y="${num(y)}" width="${num(width)}" height="${num(height)}" fill="${css(color)}" fill-opacity="${num(opacity)}"/>`;

/** One tile of a woven pattern. */
export function wovenTile(print: Weave, colors: Colors, random: Random): Tile {
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
      return {
        width: side,
        height: side,
        content,
        angle: angle + { across: 0, down: 90, slanting: random.pick([-45, 45, 30]) }[way],
      };
    }
    case 'gingham': {
      const side = random.range(16, 62);
      const half = side / 2;
      return {
        width: side,
        height: side,
        content: rect(0, 0, side, half, colors.first, 0.5) + rect(0, 0, half, side, colors.first, 0.5),
        angle: angle + (random.chance(0.15) ? 45 : 0),
      };
    }
    case 'tartan': {
      const side = random.range(70, 190);
      let content = '';
      for (let band = random.integer(3, 6); band > 0; band--) {
        const [at, thick, color] = [
          random.range(0, side * 0.9),
          side * random.range(0.03, 0.25),
          random.pick([colors.first, colors.second, colors.trim]),
        ];
        content += rect(at, 0, thick, side, color, 0.6) + rect(0, at, side, thick, color, 0.6);
      }
      return { width: side, height: side, content, angle };
    }
    case 'windowpane': {
      const side = random.range(40, 140);
      const thick = random.range(2.5, 8);
      return {
        width: side,
        height: side,
        content: rect(0, 0, side, thick, colors.first) + rect(0, 0, thick, side, colors.first),
        angle: angle + (random.chance(0.2) ? 45 : 0),
      };
    }
    case 'chevron': {
      const [width, height] = [random.range(40, 110), random.range(30, 80)];
      const zig = (y: number): string =>
        `M${-width},${num(y + height / 2)}L${num(-width / 2)},${num(y)}L0,${num(y + height / 2)}L${num(width / 2)},${num(y)}L${num(width)},${num(y + height / 2)}L${num(width * 1.5)},${num(y)}`;
      const lines = [-1, 0, 1].map(
        (row) =>
          `<path d="${zig(row * height)}" fill="none" stroke="${css(colors.first)}" stroke-width="${num(height * 0.3)}"/>`,
      );
      return { width, height, content: lines.join(''), angle };
    }
    case 'argyle':
    default: {
      const [width, height] = [random.range(60, 130), random.range(80, 180)];
      const half = (x: number, y: number, color: Color): string =>
        `<path d="M${num(x)},${num(y - height / 2)}L${num(x + width / 2)},${num(y)}L${num(x)},${num(y + height / 2)}L${num(x - width / 2)},${num(y)}Z" fill="${css(color)}"/>`;
      return {
        width,
        height,
        content: `${half(width / 2, height / 2, colors.first)}<path d="M0,0L${num(width)},${num(height)}M${num(width)},0L0,${num(height)}" stroke="${css(colors.second)}" stroke-width="3"/>`,
        angle,
      };
    }
  }
}
