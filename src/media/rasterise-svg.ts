import sharp from 'sharp';
import { assertInteger } from '../core/assert.ts';
import { type RgbaImage } from '../core/rgba-image.ts';
import { ownBytes } from './picture-file.ts';

/** Size of what {@link rasteriseSvg} draws. */
export interface RasteriseSvgOptions {
  /** Width in pixels: an integer, at least 1. */
  readonly width: number;
  /** Height in pixels: an integer, at least 1. */
  readonly height: number;
}

/**
 * Draws an SVG document, stretched to the whole of `width x height`, on a transparent ground. The document needs a size:
 * `width` and `height`, or a `viewBox`. Files and addresses that it refers to are not loaded.
 *
 * @throws TypeError when a size is out of range or the text is not an SVG that can be drawn.
 */
export async function rasteriseSvg(svg: string, { width, height }: RasteriseSvgOptions): Promise<RgbaImage> {
  assertInteger('width', width, 1, 16_384);
  assertInteger('height', height, 1, 16_384);
  try {
    const { data } = await sharp(Buffer.from(svg), { density: 72 })
      .resize(width, height, { fit: 'fill' })
      .toColourspace('srgb')
      .ensureAlpha()
      .raw({ depth: 'uchar' })
      .toBuffer({ resolveWithObject: true });
    return { width, height, data: ownBytes(data) };
  } catch (error) {
    throw new TypeError('Expected `svg` to be an SVG document that can be drawn', { cause: error });
  }
}
