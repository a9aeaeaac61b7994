import { PipelineError } from '../core/errors.ts';
import { type ColorMatrix, type PixelFormat, type PixelsFormat } from './cut-frame.ts';

/** What the header of a YUV4MPEG2 stream says. */
export interface Y4mHeader {
  readonly format: PixelsFormat;
  /** Frames a second; undefined if the header leaves it open. */
  readonly rate: number | undefined;
}

const colorSpaces: Readonly<Record<string, PixelFormat>> = {
  '420': 'yuv420p',
  '420jpeg': 'yuv420p',
  '420mpeg2': 'yuv420p',
  '420paldv': 'yuv420p',
  '422': 'yuv422p',
  '444': 'yuv444p',
  mono: 'gray',
};

/**
 * Reads the header line of a YUV4MPEG2 stream. The format has no word for the matrix: it is the caller's.
 *
 * @param line without its newline.
 * @throws {@link PipelineError} `stream-unreadable` if the size is missing or the colour space is not one of 8 bits that is known.
 */
export function readY4mHeader(line: string, matrix: ColorMatrix): Y4mHeader {
  const words = line.split(' ').slice(1);
  const parameter = (letter: string): string | undefined => words.find((word) => word.startsWith(letter))?.slice(1);
  const [width, height] = [Number(parameter('W')), Number(parameter('H'))];
  if (!isSide(width) || !isSide(height)) throw refused(line, 'it gives no width and height from 1 to 16384');
  const colorSpace = parameter('C') ?? '420jpeg';
  const pixelFormat = Object.hasOwn(colorSpaces, colorSpace) ? colorSpaces[colorSpace] : undefined;
  if (!pixelFormat) {
    const known = Object.keys(colorSpaces).join(', ');
    throw refused(line, `its colour space is ${colorSpace}, and only ${known} are understood; add -pix_fmt yuv420p`);
  }
  const range = rangeOf(words) ?? (pixelFormat === 'gray' ? 'full' : 'limited');
  const [above, below] = (parameter('F') ?? '0:0').split(':').map(Number);
  const rate = Number(above) / Number(below);
  return {
    format: { kind: 'raw', width, height, pixelFormat, range, matrix },
    rate: rate > 0 && rate <= 1000 ? rate : undefined,
  };
}

/** Format of one frame, whose `FRAME` line may change the range for it alone. */
export function readY4mFrame(line: string, format: PixelsFormat): PixelsFormat {
  const range = rangeOf(line.split(' ').slice(1));
  return range === undefined || range === format.range ? format : { ...format, range };
}

function rangeOf(words: readonly string[]): PixelsFormat['range'] | undefined {
  if (words.includes('XCOLORRANGE=FULL')) return 'full';
  return words.includes('XCOLORRANGE=LIMITED') ? 'limited' : undefined;
}

function isSide(value: number): boolean {
  return Number.isInteger(value) && value >= 1 && value <= 16_384;
}

function refused(line: string, why: string): PipelineError {
  const shown = line.length > 80 ? `${line.slice(0, 80)}...` : line;
  return new PipelineError('stream-unreadable', `Cannot read the YUV4MPEG2 stream "${shown}": ${why}`);
}
