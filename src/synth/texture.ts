import { type RgbaImage } from '../core/rgba-image.ts';

/** One size of a texture. */
export interface TextureLevel {
  readonly width: number;
  readonly height: number;
  /** RGBA, colour multiplied by alpha. */
  readonly data: Uint8Array;
}

/** A picture that meshes are covered with, at falling sizes; each level has half the size of the one before. */
export interface Texture {
  readonly width: number;
  readonly height: number;
  readonly levels: readonly [TextureLevel, ...TextureLevel[]];
}

/** Makes a texture. A transparent rim of one pixel keeps the edges of what fills the picture soft. */
export function createTexture(image: RgbaImage): Texture {
  const width = image.width + 2;
  const height = image.height + 2;
  const data = new Uint8Array(width * height * 4);
  for (let y = 0; y < image.height; y++) {
    for (let x = 0; x < image.width; x++) {
      const from = (y * image.width + x) * 4;
      const to = ((y + 1) * width + x + 1) * 4;
      const alpha = image.data[from + 3]!;
      if (alpha === 0) continue;
      for (let channel = 0; channel < 3; channel++)
        data[to + channel] = (image.data[from + channel]! * alpha + 127) / 255;
      data[to + 3] = alpha;
    }
  }
  const levels: [TextureLevel, ...TextureLevel[]] = [{ width, height, data }];
  for (let last = levels[0]; Math.min(last.width, last.height) > 8; ) levels.push((last = halved(last)));
  return { width, height, levels };
}

function halved({ width, height, data: from }: TextureLevel): TextureLevel {
  const half = { width: width >> 1, height: height >> 1 };
  const data = new Uint8Array(half.width * half.height * 4);
  for (let y = 0; y < half.height; y++) {
    for (let x = 0; x < half.width; x++) {
      const source = (y * 2 * width + x * 2) * 4;
      const below = source + width * 4;
      const to = (y * half.width + x) * 4;
      for (let channel = 0; channel < 4; channel++) {
        const sum =
          from[source + channel]! + from[source + 4 + channel]! + from[below + channel]! + from[below + 4 + channel]!;
        data[to + channel] = (sum + 2) >> 2;
      }
    }
  }
  return { ...half, data };
}
