import { type Canvas, createCanvas, paint } from './canvas.ts';
import { type Garment } from './garment.ts';
import { hangGarment } from './hang-garment.ts';
import { type Random } from './random.ts';
import { drawRoom } from './room.ts';
import { type Presence } from './scene.ts';
import { type Rasterise } from './scenery.ts';
import { type Texture } from './texture.ts';
import { fitGarment } from './wear-garment.ts';

/** A room that is drawn once for all frames of a clip. */
export interface Furnished {
  readonly canvas: Canvas;
  readonly presences: readonly Presence[];
}

/** Options of {@link furnishRoom}. */
export interface FurnishOptions {
  /** Pixels. */
  readonly width: number;
  readonly height: number;
  readonly random: Random;
  readonly rasterise: Rasterise;
  readonly hanger: Texture;
}

/** Draws the room once, with other clothes on the rack or on a nail in the wall. */
export async function furnishRoom(
  rack: readonly Garment[],
  { width, height, random, rasterise, hanger }: FurnishOptions,
): Promise<Furnished> {
  const room = drawRoom(width, height, random);
  const canvas = createCanvas(width, height);
  paint(canvas, await rasterise(room.svg, room));
  const presences = rack.map((garment, index) => {
    const nail = room.bar === undefined;
    const size = height * random.range(0.72, 0.86);
    const x = room.bar
      ? room.bar[0] + ((room.bar[1] - room.bar[0]) * (index + 0.5)) / rack.length
      : random.pick([0.14, 0.86]) * width;
    const place = {
      x,
      y: room.bar?.[2] ?? height * random.range(0.16, 0.3),
      scale: fitGarment(garment, 1).scaleX * size,
      tilt: random.normal() * 0.02,
      yaw: nail ? 0 : random.range(0.5, 1.1),
      ripple: random.range(0, 6),
      waves: 0.5,
      perspective: 0,
    };
    return hangGarment(canvas, hanger, place, { id: 20 + index, garment, instanceId: 0 });
  });
  return { canvas, presences };
}
