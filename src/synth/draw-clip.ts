import { type GarmentAnnotation } from '../core/annotation.ts';
import { type RgbImage } from '../core/rgb-image.ts';
import { annotateScene } from './annotate-scene.ts';
import { type Canvas, copyCanvas, createCanvas } from './canvas.ts';
import { createCamera } from './clip-camera.ts';
import { createMovements } from './clip-movements.ts';
import { type ClipParts, ownClothes, wornPieces } from './clip-parts.ts';
import { clothColor, css } from './color.ts';
import { type Figure } from './draw-figure.ts';
import { drawMesh } from './draw-mesh.ts';
import { dressFigure } from './dress-figure.ts';
import { furnishRoom } from './furnish-room.ts';
import { bodyPartOf } from './garment-kind.ts';
import { drawHangerSvg } from './hang-garment.ts';
import { holdUp } from './hold-garment.ts';
import { createNoiseTable, shoot } from './lens.ts';
import { createMesh } from './mesh.ts';
import { createOccluders, drawOccluder } from './occluder.ts';
import { type Pose } from './pose.ts';
import { type Random } from './random.ts';
import { type Presence } from './scene.ts';
import { createFigure, type Rasterise, textureOf } from './scenery.ts';
import { bump, ramp } from './wander.ts';

/** Options of {@link createClip}. */
export interface ClipOptions {
  /** Pixels. */
  readonly width: number;
  readonly height: number;
  /** Frames in all. */
  readonly frames: number;
  readonly random: Random;
  readonly rasterise: Rasterise;
}

/** A clip whose frames can be drawn in any order. */
export interface Clip {
  /** Draws frame `index`, 0 and up. */
  draw(index: number): { readonly image: RgbImage; readonly annotations: readonly GarmentAnnotation[] };
}

/**
 * Prepares a clip: chooses host, room, movements and mishaps, and draws what stands still.
 *
 * The host appears in clothes of its own, and after about an eighth to a sixth of the clip has put the item on or holds it up.
 */
export async function createClip(parts: ClipParts, options: ClipOptions): Promise<Clip> {
  const { width, height, frames, random, rasterise } = options;
  const { pieces, host, rack } = parts;
  const figure = await createFigure(random.fork('figure'), rasterise);
  const hanger = await textureOf(drawHangerSvg(css(clothColor(random.fork('hanger')))), rasterise);
  const size = { width: Math.round(width * 1.25), height: Math.round(height * 1.06) };
  const room = await furnishRoom(rack, { ...size, random: random.fork('room'), rasterise, hanger });
  const start = frames * random.range(0.12, 0.18);
  const occluders = await createOccluders(random.fork('occluders'), rasterise, [start + frames * 0.1, frames * 0.95]);
  const isWorn = pieces.length > 1 || random.chance(0.68);
  const isLow = pieces.every(({ garment }) => bodyPartOf(garment.kind) === 'bottom');
  const move = createMovements(random.fork('moves'), { width, height, frames, isLow });
  const look = createCamera(random.fork('camera'), frames);
  const [ease, isTopOver] = [random.range(0.98, 1.14), random.chance(0.72)];
  const style = { ease, isTopOver, strands: [random.chance(0.5), random.chance(0.5)] as const };
  const side = random.chance(0.5) ? 0 : 1;
  const [own, worn] = [ownClothes(host), wornPieces(pieces, host)];
  const table = createNoiseTable(random.fork('noise'));
  const canvas = createCanvas(width, height);

  const drawHost = (pose: Pose, index: number): readonly Presence[] => {
    if (!isWorn) {
      const raised = ramp(index, start, start + frames * 0.05);
      const holder = {
        figure,
        pose,
        side,
        hanger,
        style,
        own,
        piece: pieces[0],
        raised,
        swing: move.swing(index),
      } as const;
      return holdUp(canvas, holder);
    }
    // The host leaves the picture to change clothes.
    const gone = bump(index, start, frames * 0.022) * width * (side === 0 ? -1.3 : 1.3);
    return dressFigure(canvas, figure, { ...pose, x: pose.x + gone }, { pieces: index < start ? own : worn, ...style });
  };

  return {
    draw(index) {
      copyCanvas(canvas, room.canvas, ...move.pan(index));
      const [pose, next] = [move.pose(index), move.pose(index + 1)];
      floorShadow(canvas, figure, pose);
      const presences = [...room.presences, ...drawHost(pose, index)];
      for (const occluder of occluders) drawOccluder(canvas, occluder, index);
      const annotations = annotateScene(canvas, presences);
      const speed = Math.abs(next.x - pose.x) + Math.abs(next.height - pose.height) * 0.3;
      return { image: shoot(canvas, look(index, speed), { table, offset: (index * 7919) & 65_535 }), annotations };
    },
  };
}

function floorShadow(canvas: Canvas, figure: Figure, pose: Pose): void {
  const [wide, tall] = [pose.height * 0.42, pose.height * 0.07];
  const mesh = createMesh(1, 1, (u, v) => [pose.x + (u - 0.5) * wide, pose.y + (v - 0.55) * tall, 1]);
  drawMesh(canvas, figure.parts.fist, mesh, { shadow: 3, opacity: 0.4 });
}
