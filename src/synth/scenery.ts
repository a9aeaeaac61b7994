import { type RgbaImage } from '../core/rgba-image.ts';
import { type Figure } from './draw-figure.ts';
import { drawFigureLook, type FigureParts, type PartSvg } from './figure-look.ts';
import { type Random } from './random.ts';
import { createTexture, type Texture } from './texture.ts';

/** Turns SVG text into pixels; handed in, because drawing is all that this folder does. */
export type Rasterise = (svg: string, size: { readonly width: number; readonly height: number }) => Promise<RgbaImage>;

/** The texture of one drawn part. */
export async function textureOf(part: PartSvg, rasterise: Rasterise): Promise<Texture> {
  return createTexture(await rasterise(part.svg, part));
}

/** A figure of chance, ready to be drawn. */
export async function createFigure(random: Random, rasterise: Rasterise): Promise<Figure> {
  const { parts, hasLongHair } = drawFigureLook(random);
  const texture = (name: keyof FigureParts<PartSvg>): Promise<Texture> => textureOf(parts[name], rasterise);
  return {
    hasLongHair,
    parts: {
      trunk: await texture('trunk'),
      head: await texture('head'),
      hairBack: await texture('hairBack'),
      strand: await texture('strand'),
      arm: await texture('arm'),
      leg: await texture('leg'),
      fist: await texture('fist'),
    },
  };
}
