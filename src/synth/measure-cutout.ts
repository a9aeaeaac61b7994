import { type RgbaImage } from '../core/rgba-image.ts';
import { bodyPartOf, type GarmentKind } from './garment-kind.ts';

/** A sleeve of a garment that lies flat. */
export interface SleeveMeasure {
  /** Degrees between the sleeve and straight down, outwards. */
  readonly angle: number;
  /** Distance from the shoulder to the sleeve's end, in pixels of the cut-out. */
  readonly reach: number;
}

/** Where a body goes into a cut-out, in its pixels. */
export interface CutoutMeasure {
  /** x of the garment's middle. */
  readonly middle: number;
  /** Width of the trunk of a top or dress, or of the waistband of trousers or a skirt. */
  readonly width: number;
  /** y of the shoulder line or of the waistband. */
  readonly top: number;
  /** Left and right sleeve, as seen; undefined where there is none. */
  readonly sleeves: readonly [SleeveMeasure | undefined, SleeveMeasure | undefined];
  /** x of the left and the right leg's lower end; the same number for a skirt. */
  readonly legs: readonly [number, number];
}

/** Finds trunk, shoulders, sleeves and legs of a garment from its outline alone. */
export function measureCutout(image: RgbaImage, kind: GarmentKind, label: string): CutoutMeasure {
  const spans = rowSpans(image);
  if (bodyPartOf(kind) === 'bottom') return measureBottom(image, spans);
  const measured = measureTop(image, spans);
  const isLong =
    (kind === 'longsleeve' || kind === 'shirt' || kind === 'outwear') && !/背心|吊带|无袖|马甲|短袖/.test(label);
  return isLong && !measured.sleeves.some((sleeve) => sleeve !== undefined)
    ? withHangingSleeves(measured, image)
    : measured;
}

/** A long-sleeved garment whose sleeves lie along the trunk: the outline shows one broad block, of which the trunk is the middle. */
function withHangingSleeves(measured: CutoutMeasure, { width, height }: RgbaImage): CutoutMeasure {
  const sleeve = { angle: 11, reach: (height - measured.top) * 0.82 };
  return { ...measured, middle: width / 2, width: Math.min(measured.width, width) * 0.64, sleeves: [sleeve, sleeve] };
}

/** Of each row, the first and last solid column of the run around the middle of all solid pixels; undefined in rows without one. */
function rowSpans({ width, height, data }: RgbaImage): readonly (readonly [number, number] | undefined)[] {
  const solid = (x: number, y: number): boolean => data[(y * width + x) * 4 + 3]! >= 128;
  return Array.from({ length: height }, (_, y) => {
    let start = -1;
    for (let off = 0; off < width * 0.2 && start < 0; off++) {
      const middle = width >> 1;
      if (solid(Math.min(width - 1, middle + off), y)) start = Math.min(width - 1, middle + off);
      else if (solid(Math.max(0, middle - off), y)) start = Math.max(0, middle - off);
    }
    if (start < 0) return undefined;
    let [left, right] = [start, start];
    while (left > 0 && solid(left - 1, y)) left--;
    while (right < width - 1 && solid(right + 1, y)) right++;
    return [left, right] as const;
  });
}

function measureTop(image: RgbaImage, spans: ReturnType<typeof rowSpans>): CutoutMeasure {
  const { width, height, data } = image;
  const trunk = spans.slice(Math.floor(height * 0.45), Math.floor(height * 0.9)).filter((span) => span !== undefined);
  const widths = trunk.map(([left, right]) => right - left + 1).sort((a, b) => a - b);
  const wide = widths[Math.floor(widths.length * 0.35)] ?? width * 0.6;
  const middles = trunk.map(([left, right]) => (left + right) / 2).sort((a, b) => a - b);
  const middle = middles[middles.length >> 1] ?? width / 2;
  const shoulderRow = spans.findIndex((span) => span !== undefined && span[1] - span[0] + 1 >= wide * 0.72);
  const top = Math.min(height * 0.3, Math.max(0, shoulderRow));
  const sleeve = (side: -1 | 1): SleeveMeasure | undefined => {
    const [jointX, jointY] = [middle + side * wide * 0.42, top + wide * 0.08];
    let [count, sumX, sumY, reach] = [0, 0, 0, 0];
    for (let y = 0; y < height * 0.95; y += 2) {
      for (let x = 0; x < width; x += 2) {
        const out = (x - middle) * side;
        if (out < wide * 0.58 || data[(y * width + x) * 4 + 3]! < 128) continue;
        count++;
        sumX += x;
        sumY += y;
        reach = Math.max(reach, Math.hypot(x - jointX, y - jointY));
      }
    }
    if (count * 4 < wide * wide * 0.035) return undefined;
    const angle = (Math.atan2((sumX / count - jointX) * side, Math.max(1, sumY / count - jointY)) * 180) / Math.PI;
    return { angle: Math.max(0, angle), reach: reach * 0.97 };
  };
  return { middle, width: wide, top, sleeves: [sleeve(-1), sleeve(1)], legs: [middle, middle] };
}

function measureBottom({ width, height, data }: RgbaImage, spans: ReturnType<typeof rowSpans>): CutoutMeasure {
  const band = spans
    .slice(Math.floor(height * 0.02), Math.max(2, Math.floor(height * 0.1)))
    .filter((span) => span !== undefined);
  const widths = band.map(([left, right]) => right - left + 1).sort((a, b) => a - b);
  const wide = widths[widths.length >> 1] ?? width * 0.6;
  const middles = band.map(([left, right]) => (left + right) / 2).sort((a, b) => a - b);
  const middle = middles[middles.length >> 1] ?? width / 2;
  const foot = (side: -1 | 1): number => {
    let [count, sum] = [0, 0];
    for (let y = Math.floor(height * 0.9); y < height; y++) {
      for (let x = 0; x < width; x++) {
        if ((x - middle) * side < 0 || data[(y * width + x) * 4 + 3]! < 128) continue;
        count++;
        sum += x;
      }
    }
    return count === 0 ? middle + side * wide * 0.25 : sum / count;
  };
  return { middle, width: wide, top: 0, sleeves: [undefined, undefined], legs: [foot(-1), foot(1)] };
}
