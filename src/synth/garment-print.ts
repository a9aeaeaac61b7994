import { type Color, mix } from './color.ts';
import { type CutMarks } from './cut-part.ts';
import { type GarmentDesign } from './garment-design.ts';
import { motifNames } from './print-motif.ts';
import { chestStripes, colorBlocks, gradientOf, logo, rings, tieDye } from './print-overlay.ts';
import { dotTile, scatterTile, strokeTile, type Tile } from './print-tile.ts';
import { type Random } from './random.ts';
import { num } from './svg-path.ts';
import { wovenTile } from './woven-tile.ts';

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

/** Draws the print of a design over a garment with these marks. */
export function drawPrint(design: GarmentDesign, marks: CutMarks): PrintSvg {
  const random = design.random.fork('print');
  const { colors } = design;
  const tiled = (tile: Tile): PrintSvg => ({
    defs: patternOf(tile, random),
    tiled: true,
    over: '',
    sleeves: undefined,
  });
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
      return tiled(
        scatterTile(
          ['blob'],
          {
            size: [22, 46],
            count: 26,
            side: 190,
            colors: [colors.first, mix(colors.base, [20, 30, 20], 0.5), mix(colors.base, colors.second, 0.5)],
          },
          colors.second,
          random,
        ),
      );
    case 'dots':
      return tiled(dotTile(colors, random));
    case 'floral':
      return tiled(
        scatterTile(
          ['flower', 'flower', random.pick(['flower', 'leaf', 'tulip'] as const), 'leaf'],
          {
            size: [7, random.range(12, 42)],
            count: random.integer(14, 40),
            side: random.range(130, 230),
            colors: [colors.first, colors.second, mix(colors.first, [255, 255, 255], 0.4)],
          },
          colors.second,
          random,
        ),
      );
    case 'leopard':
      return tiled(
        scatterTile(
          ['blob', 'ring'],
          { size: [6, 14], count: 60, side: 160, colors: [colors.first, mix(colors.base, colors.first, 0.6)] },
          mix(colors.base, colors.first, 0.3),
          random,
        ),
      );
    case 'motifs': {
      const motif = random.pick(motifNames);
      const size = random.range(9, 30);
      return tiled(
        scatterTile(
          random.chance(0.6) ? [motif] : [motif, random.pick(motifNames)],
          {
            size: [size * 0.8, size],
            count: random.integer(5, 14),
            side: size * 9,
            colors: random.chance(0.5) ? [colors.first] : [colors.first, colors.second],
          },
          colors.second,
          random,
        ),
      );
    }
    case 'strokes':
      return tiled(strokeTile(colors, random));
    case 'blocks':
      return whole(colorBlocks(colors, marks, random), '', random.chance(0.4) ? colors.first : undefined);
    case 'chest-stripe':
      return whole(chestStripes(colors, marks, random));
    case 'gradient':
      return whole(
        `<rect x="-600" y="-100" width="2200" height="1500" fill="url(#fade)"/>`,
        gradientOf(colors, random),
      );
    case 'logo':
      return whole(logo(colors, marks, random), '', random.chance(0.12) ? colors.first : undefined);
    case 'rings':
      return whole(rings(colors, marks, random));
    case 'tie-dye':
    default:
      return whole(
        tieDye(colors, marks, random),
        '<filter id="dye" x="-20%" y="-20%" width="140%" height="140%"><feTurbulence type="turbulence" baseFrequency="0.012" numOctaves="3" seed="7"/><feDisplacementMap in="SourceGraphic" scale="90" xChannelSelector="R" yChannelSelector="G"/><feGaussianBlur stdDeviation="5"/></filter>',
      );
  }
}

function patternOf({ width, height, content, angle }: Tile, random: Random): string {
  const place = `translate(${num(random.range(0, width))} ${num(random.range(0, height))}) rotate(${num(angle)})`;
  return `<pattern id="print" patternUnits="userSpaceOnUse" width="${num(width)}" height="${num(height)}" patternTransform="${place}">${content}</pattern>`;
}
