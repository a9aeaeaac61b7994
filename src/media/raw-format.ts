import { assertInteger, assertNumber, assertOneOf } from '../core/assert.ts';
import { type ColorMatrix, type ColorRange, colorMatrices, type PixelFormat, pixelFormats } from './cut-frame.ts';

/** What must be known about a stream of bare pixels. */
export interface RawFormat {
  /** Width in pixels, 1 to 16384. */
  readonly width: number;
  /** Height in pixels, 1 to 16384. */
  readonly height: number;
  readonly pixelFormat: PixelFormat;
  /** Frames a second, above 0 and at most 1000; without it the frames have no times. */
  readonly rate?: number;
  /** @defaultValue `'limited'`, `'full'` for `gray` */
  readonly range?: ColorRange;
  /** @defaultValue `'bt601'` */
  readonly matrix?: ColorMatrix;
}

const ranges = ['limited', 'full'] as const;
const shape = /^(?<width>\d+)x(?<height>\d+):(?<format>[a-z0-9]+)(?<colors>(?::[a-z0-9]+)*)(?:@(?<rate>[^@]+))?$/u;
const ratio = /^(\d+(?:\.\d+)?)(?:\/(\d+))?$/u;

/**
 * Reads the text that describes a stream of bare pixels: size, pixel format and, if they are known, colours and frames a second.
 *
 * @example parseRawFormat('540x960:rgb24@25'); parseRawFormat('1280x720:nv12:bt709:full@30000/1001');
 * @throws TypeError that says which part is wrong.
 */
export function parseRawFormat(text: string): RawFormat {
  const parts = shape.exec(text)?.groups;
  if (!parts) {
    const example = 'WIDTHxHEIGHT:FORMAT@RATE as in 540x960:rgb24@25 (the rate may be left out)';
    throw new TypeError(`Expected \`raw\` to be ${example}, got ${JSON.stringify(text)}`);
  }
  const colors = (parts['colors'] ?? '').split(':').filter((word) => word !== '');
  const range = ranges.find((name) => colors.includes(name));
  const matrix = colorMatrices.find((name) => colors.includes(name));
  const unknown = colors.find((word) => word !== range && word !== matrix);
  if (unknown !== undefined) {
    const words = [...ranges, ...colorMatrices].join(', ');
    throw new TypeError(`Expected \`raw\` to have one range and one matrix at most, of ${words}, got ${unknown}`);
  }
  const pixelFormat = parts['format'] ?? '';
  assertOneOf('raw pixel format', pixelFormat, pixelFormats);
  const rate = parts['rate'] === undefined ? undefined : rateOf(parts['rate']);
  const format: RawFormat = {
    width: Number(parts['width']),
    height: Number(parts['height']),
    pixelFormat,
    ...(rate !== undefined && { rate }),
    ...(range && { range }),
    ...(matrix && { matrix }),
  };
  assertRawFormat(format);
  return format;
}

/** Throws a `TypeError` when the size or the rate is out of range or the pixel format is unknown. */
export function assertRawFormat(format: RawFormat): void {
  assertInteger('raw width', format.width, 1, 16_384);
  assertInteger('raw height', format.height, 1, 16_384);
  assertOneOf('raw pixel format', format.pixelFormat, pixelFormats);
  if (format.rate !== undefined) assertNumber('raw rate', format.rate, Number.MIN_VALUE, 1000);
}

function rateOf(text: string): number {
  const [, above, below = '1'] = ratio.exec(text) ?? [];
  if (above === undefined || Number(below) === 0) {
    throw new TypeError(
      `Expected \`raw rate\` to be a number or a fraction as in 30000/1001, got ${JSON.stringify(text)}`,
    );
  }
  return Number(above) / Number(below);
}
