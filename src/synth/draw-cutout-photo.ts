import { type RgbImage } from '../core/rgb-image.ts';
import { createCanvas, paint } from './canvas.ts';
import { drawMesh } from './draw-mesh.ts';
import { type Garment } from './garment.ts';
import { drawGround } from './ground.ts';
import { flatMesh } from './hang-garment.ts';
import { movedMesh } from './mesh.ts';
import { type Random } from './random.ts';
import { drawGarmentMesh } from './scene.ts';
import { type Rasterise } from './scenery.ts';

/** A photo of one garment and the mask that cuts it out: white where the garment is, black elsewhere. */
export interface CutoutPhoto {
  readonly photo: RgbImage;
  readonly mask: RgbImage;
}

/** Draws one garment on a ground, 400 pixels on the shorter side. */
export async function drawCutoutPhoto(
  garment: Garment,
  { random, rasterise }: { readonly random: Random; readonly rasterise: Rasterise },
): Promise<CutoutPhoto> {
  const [width, height] = garment.height > garment.width * 0.8 ? [400, 533] : [533, 400];
  const canvas = createCanvas(width, height);
  paint(canvas, await rasterise(drawGround(width, height, random.fork('ground')), { width, height }));
  const scale = Math.min(width / garment.width, height / garment.height) * random.range(0.72, 0.95);
  const slack = (side: number, own: number): number => Math.max(0, side - own * scale) / 2;
  const place = {
    x: width / 2 + random.range(-0.8, 0.8) * slack(width, garment.width),
    y: height / 2 + random.range(-0.8, 0.8) * slack(height, garment.height),
    scale,
    tilt: random.normal() * 0.05,
    yaw: 0,
    ripple: random.range(0, 6),
    waves: random.range(0, 0.5),
    perspective: random.normal() * 0.05,
  };
  const mesh = flatMesh(garment, place);
  drawMesh(canvas, garment.texture, movedMesh(mesh, random.range(-6, 6), random.range(2, 8)), {
    shadow: 3,
    opacity: 0.5,
  });
  drawGarmentMesh(canvas, mesh, { id: 1, garment, instanceId: 0, display: 0, viewpoint: 0 });
  const mask = new Uint8Array(width * height * 3);
  for (let at = 0; at < canvas.ids.length; at++) mask.fill(canvas.ids[at] === 1 ? 255 : 0, at * 3, at * 3 + 3);
  return { photo: { width, height, data: canvas.data }, mask: { width, height, data: mask } };
}
