import { type RgbaImage } from '../core/rgba-image.ts';
import { type Fabric, type GarmentDesign } from './garment-design.ts';
import { type NoiseField, noiseField, sampleField } from './noise-field.ts';
import { type Random } from './random.ts';

interface Look {
  /** Size of the weave's noise along x and y, in pixels. */
  readonly weave: readonly [number, number];
  /** How much the weave darkens and lightens, 0 to 1. */
  readonly grain: number;
  /** Height of wrinkles. */
  readonly wrinkle: number;
  /** Strength of highlights, 0 to 1. */
  readonly sheen: number;
}

const looks: Readonly<Record<Fabric, Look>> = {
  cotton: { weave: [1.4, 1.4], grain: 0.04, wrinkle: 1, sheen: 0 },
  corduroy: { weave: [1.6, 4], grain: 0.08, wrinkle: 0.8, sheen: 0.05 },
  denim: { weave: [1.3, 2.4], grain: 0.14, wrinkle: 0.9, sheen: 0 },
  fleece: { weave: [2.6, 2.6], grain: 0.12, wrinkle: 0.8, sheen: 0 },
  knit: { weave: [2, 3], grain: 0.1, wrinkle: 0.7, sheen: 0 },
  leather: { weave: [3, 3], grain: 0.06, wrinkle: 1.5, sheen: 0.6 },
  linen: { weave: [8, 1.2], grain: 0.09, wrinkle: 1.7, sheen: 0 },
  satin: { weave: [2, 2], grain: 0.01, wrinkle: 1.6, sheen: 0.4 },
};

/** Pixels between two points of the wrinkles' grid. */
const pitch = 4;

/**
 * Gives flat paint the weave, the wrinkles and the light of the design's fabric.
 *
 * Wrinkles are a height field of smooth noise and a few creases, lit by one distant lamp; they also shift the paint a little, so that
 * prints and edges follow them.
 */
export function weaveCloth(paint: RgbaImage, design: GarmentDesign): RgbaImage {
  const { width, height } = paint;
  const random = design.random.fork('fabric');
  const { weave, grain, wrinkle, sheen } = looks[design.fabric];
  const columns = Math.ceil(width / pitch) + 2;
  const rows = Math.ceil(height / pitch) + 2;
  const bumps = noiseField(columns, rows, { cell: [random.range(16, 40), random.range(24, 70)], octaves: 3, random });
  addCreases(bumps, random);
  const shift = noiseField(columns, rows, { cell: [26, 26], octaves: 2, random });
  const [light, shine] = lightOf(bumps, { strength: wrinkle * random.range(0.45, 1.5), sheen, random });
  const threads = noiseField(width, height, { cell: weave, octaves: 1, random });
  const reach = random.range(3, 8);

  const data = new Uint8Array(width * height * 4);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const gx = x / pitch;
      const gy = y / pitch;
      const at = (y * width + x) * 4;
      blend(paint, x + reach * sampleField(bumps, gx, gy), y + reach * sampleField(shift, gx, gy), data, at);
      if (data[at + 3] === 0) continue;
      const factor = sampleField(light, gx, gy) * (1 + grain * threads.values[y * width + x]!);
      const add = sheen === 0 ? 0 : 255 * sampleField(shine, gx, gy);
      for (let channel = 0; channel < 3; channel++)
        data[at + channel] = Math.max(0, Math.min(255, data[at + channel]! * factor + add));
    }
  }
  return { width, height, data };
}

/** A few ridges along straight lines, as folding leaves them. */
function addCreases({ width, height, values }: NoiseField, random: Random): void {
  for (let crease = random.integer(2, 7); crease > 0; crease--) {
    const [x0, y0, angle] = [random.range(0, width), random.range(0, height), random.normal() * 0.6 + Math.PI / 2];
    const [length, thick, tall] = [random.range(10, height * 0.5), random.range(1.2, 4), random.range(-0.9, 0.9)];
    const [dx, dy] = [Math.cos(angle), Math.sin(angle)];
    const bend = random.range(-0.02, 0.02);
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) {
        const along = (x - x0) * dx + (y - y0) * dy;
        const across = (x - x0) * dy - (y - y0) * dx + bend * along * along;
        if (Math.abs(across) > 3 * thick || Math.abs(along) > length) continue;
        values[y * width + x]! += tall * Math.exp(-(across * across) / (thick * thick)) * (1 - (along / length) ** 2);
      }
    }
  }
}

/** Diffuse light (about 1 where flat) and highlights (0 and up) of a height field. */
function lightOf(
  bumps: NoiseField,
  options: { strength: number; sheen: number; random: Random },
): readonly [NoiseField, NoiseField] {
  const { width, height } = bumps;
  const azimuth = options.random.range(3.5, 5.9);
  const light = new Float32Array(width * height);
  const shine = new Float32Array(width * height);
  const lamp = [Math.cos(azimuth) * 0.62, Math.sin(azimuth) * 0.62, 0.78] as const;
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const slopeX = options.strength * (sampleField(bumps, x + 1, y) - sampleField(bumps, x - 1, y));
      const slopeY = options.strength * (sampleField(bumps, x, y + 1) - sampleField(bumps, x, y - 1));
      const facing = (lamp[2] - slopeX * lamp[0] - slopeY * lamp[1]) / Math.hypot(slopeX, slopeY, 1);
      light[y * width + x] = 0.3 + (0.7 * Math.max(0.1, facing)) / lamp[2];
      shine[y * width + x] = options.sheen * Math.max(0, facing - 0.62) ** 2 * 4;
    }
  }
  return [
    { width, height, values: light },
    { width, height, values: shine },
  ];
}

/** Bilinear pixel of `image` at `x`, `y`, averaged with alpha, written to `data` at `at`. */
function blend({ width, height, data: from }: RgbaImage, x: number, y: number, data: Uint8Array, at: number): void {
  const cx = Math.max(0, Math.min(width - 1.001, x));
  const cy = Math.max(0, Math.min(height - 1.001, y));
  const left = Math.floor(cx);
  const upper = Math.floor(cy);
  const u = cx - left;
  const v = cy - upper;
  let red = 0;
  let green = 0;
  let blue = 0;
  let alpha = 0;
  for (let corner = 0; corner < 4; corner++) {
    const right = corner & 1;
    const lower = corner >> 1;
    const source = ((upper + lower) * width + left + right) * 4;
    const weight = (right ? u : 1 - u) * (lower ? v : 1 - v) * from[source + 3]!;
    red += weight * from[source]!;
    green += weight * from[source + 1]!;
    blue += weight * from[source + 2]!;
    alpha += weight;
  }
  if (alpha <= 0) return;
  data[at] = red / alpha;
  data[at + 1] = green / alpha;
  data[at + 2] = blue / alpha;
  data[at + 3] = alpha;
}

/** SVG that ribs or twills the cloth, as a pattern `ribs` to be painted over each piece; undefined for smooth fabrics. */
export function fabricRibs(fabric: Fabric): string | undefined {
  const pattern = (width: number, height: number, angle: number, content: string): string =>
    `<pattern id="ribs" patternUnits="userSpaceOnUse" width="${width}" height="${height}" patternTransform="rotate(${angle})">${content}</pattern>`;
  switch (fabric) {
    case 'corduroy':
      return pattern(
        11,
        40,
        0,
        '<rect width="5" height="40" fill="#000" fill-opacity=".22"/><rect x="6" width="3" height="40" fill="#fff" fill-opacity=".12"/>',
      );
    case 'denim':
      return pattern(5, 5, 35, '<rect width="2" height="5" fill="#fff" fill-opacity=".13"/>');
    case 'knit':
      return pattern(
        12,
        9,
        0,
        '<path d="M0,0L6,5L12,0" fill="none" stroke="#000" stroke-opacity=".22" stroke-width="2.4"/><path d="M0,4L6,9L12,4" fill="none" stroke="#fff" stroke-opacity=".1" stroke-width="2"/>',
      );
    case 'linen':
      return pattern(
        6,
        6,
        0,
        '<rect width="6" height="1.6" fill="#000" fill-opacity=".07"/><rect width="1.6" height="6" fill="#fff" fill-opacity=".09"/>',
      );
    case 'cotton':
    case 'fleece':
    case 'leather':
    case 'satin':
    default:
      return undefined;
  }
}
