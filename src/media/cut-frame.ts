/** Layouts of uncompressed pixels, 8 bits a sample, by ffmpeg's names. */
export const pixelFormats = ['rgb24', 'bgr24', 'gray', 'nv12', 'yuv420p', 'yuv422p', 'yuv444p'] as const;
/** A layout of uncompressed pixels. */
export type PixelFormat = (typeof pixelFormats)[number];

/** Levels that brightness and colour use: 16 to 235 and 240 (`limited`), or all of them (`full`). Without a meaning for RGB. */
export type ColorRange = 'limited' | 'full';

/** Matrices from YUV to RGB. */
export const colorMatrices = ['bt601', 'bt709'] as const;
/** A matrix from YUV to RGB. Without a meaning for RGB and grey. */
export type ColorMatrix = (typeof colorMatrices)[number];

/** A picture in a file format that says its own size. `ppm` stands for grey PGM too. */
export interface PictureFormat {
  readonly kind: 'picture';
  readonly type: 'jpeg' | 'png' | 'ppm';
}

/** Bare pixels, row by row and plane by plane without padding. */
export interface PixelsFormat {
  readonly kind: 'raw';
  readonly width: number;
  readonly height: number;
  readonly pixelFormat: PixelFormat;
  readonly range: ColorRange;
  readonly matrix: ColorMatrix;
}

/** How the bytes of a frame are to be read. */
export type FrameFormat = PictureFormat | PixelsFormat;

/** A frame cut out of a byte stream and not decoded yet. */
export interface CutFrame {
  /** Place in the stream, counted from 0. */
  readonly index: number;
  /** Time in the stream; undefined when its rate is unknown. */
  readonly seconds: number | undefined;
  /** The bytes of the frame, in a buffer of their own. */
  readonly data: Uint8Array;
  readonly format: FrameFormat;
}

/** What a stream is told about its sound frames' neighbours. The stream goes on after `garbage`. */
export type StreamProblem =
  | {
      /** The stream ended inside a frame, which is not given. */
      readonly kind: 'truncated';
      /** Index that the frame would have had. */
      readonly index: number;
      /** Bytes of it that came. */
      readonly bytes: number;
      /** Bytes that it should have; undefined where its format does not say so beforehand. */
      readonly expected: number | undefined;
    }
  | {
      /** Bytes that belong to no sound frame were passed over. */
      readonly kind: 'garbage';
      /** Index of the frame that came after them, or would have come. */
      readonly index: number;
      readonly bytes: number;
    };

/** Samples of each of the two colour planes, by how far they are thinned out across and down; the others have as many as pixels. */
const thinned: Readonly<Partial<Record<PixelFormat, readonly [across: number, down: number]>>> = {
  nv12: [2, 2],
  yuv420p: [2, 2],
  yuv422p: [2, 1],
};

/** Bytes of one frame of bare pixels. Colour planes of odd sizes are rounded up. */
export function pixelBytes({ width, height, pixelFormat }: Omit<PixelsFormat, 'kind' | 'range' | 'matrix'>): number {
  if (pixelFormat === 'gray') return width * height;
  const [across, down] = thinned[pixelFormat] ?? [1, 1];
  return width * height + 2 * Math.ceil(width / across) * Math.ceil(height / down);
}
