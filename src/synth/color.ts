import { type Random } from './random.ts';

/** Red, green and blue, 0 to 255 each. */
export type Color = readonly [red: number, green: number, blue: number];

/** Colour of a hue in degrees, with saturation and lightness from 0 to 1. */
export function hsl(hue: number, saturation: number, lightness: number): Color {
  const chroma = saturation * Math.min(lightness, 1 - lightness);
  const channel = (offset: number): number => {
    const sector = (offset + hue / 30 + 120) % 12;
    return Math.round(255 * (lightness - chroma * Math.max(-1, Math.min(sector - 3, 9 - sector, 1))));
  };
  return [channel(0), channel(8), channel(4)];
}

/** `rgb(...)` for SVG. */
export function css([red, green, blue]: Color): string {
  return `rgb(${Math.round(red)},${Math.round(green)},${Math.round(blue)})`;
}

/** `share` (0 to 1) of the way from `from` to `to`. */
export function mix(from: Color, to: Color, share: number): Color {
  const at = (index: 0 | 1 | 2): number => from[index] + (to[index] - from[index]) * share;
  return [at(0), at(1), at(2)];
}

/** Luma (Rec. 601), 0 to 255. */
export function luma([red, green, blue]: Color): number {
  return 0.299 * red + 0.587 * green + 0.114 * blue;
}

/** A colour that clothes have: black, white, grey, navy and earth tones often, any other hue as often. */
export function clothColor(random: Random): Color {
  const hue = random.range(0, 360);
  switch (
    random.weighted({ black: 8, white: 8, grey: 7, navy: 8, earth: 11, pastel: 13, muted: 20, vivid: 9, deep: 14 })
  ) {
    case 'black':
      return hsl(hue, 0.08, random.range(0.07, 0.15));
    case 'white':
      return hsl(random.range(30, 60), 0.2, random.range(0.88, 0.96));
    case 'grey':
      return hsl(hue, random.range(0, 0.08), random.range(0.3, 0.75));
    case 'navy':
      return hsl(random.range(205, 235), random.range(0.25, 0.6), random.range(0.14, 0.32));
    case 'earth':
      return hsl(random.range(18, 55), random.range(0.18, 0.55), random.range(0.25, 0.75));
    case 'pastel':
      return hsl(hue, random.range(0.35, 0.7), random.range(0.76, 0.88));
    case 'muted':
      return hsl(hue, random.range(0.15, 0.4), random.range(0.3, 0.65));
    case 'vivid':
      return hsl(hue, random.range(0.55, 0.85), random.range(0.38, 0.58));
    case 'deep':
    default:
      return hsl(hue, random.range(0.35, 0.8), random.range(0.15, 0.32));
  }
}

/** A cloth colour that stands out from `base` by at least about `distance` in luma or hue. */
export function contrastColor(random: Random, base: Color, distance = 90): Color {
  for (let attempt = 0; attempt < 20; attempt++) {
    const candidate = clothColor(random);
    const apart =
      Math.abs(luma(candidate) - luma(base)) + 0.4 * Math.abs(candidate[0] - base[0] - candidate[2] + base[2]);
    if (apart >= distance) return candidate;
  }
  return luma(base) > 128 ? [28, 28, 34] : [238, 236, 230];
}
