import { type Canvas } from './canvas.ts';
import { type ItemPiece } from './clip-parts.ts';
import { drawFist, type Figure, handPoint } from './draw-figure.ts';
import { dressFigure, type Outfit, type Worn } from './dress-figure.ts';
import { hangGarment } from './hang-garment.ts';
import { type Pose } from './pose.ts';
import { type Presence } from './scene.ts';
import { type Texture } from './texture.ts';
import { fitGarment } from './wear-garment.ts';

/** A host that holds a garment up. */
export interface HoldUp {
  readonly figure: Figure;
  readonly pose: Pose;
  readonly side: 0 | 1;
  readonly hanger: Texture;
  readonly style: Omit<Outfit, 'pieces'>;
  readonly own: readonly Worn[];
  readonly piece: ItemPiece | undefined;
  /** 0 out of the picture, 1 in front of the host. */
  readonly raised: number;
  readonly swing: number;
}

/** Draws the host in its own clothes with a garment on a hanger in one hand. */
export function holdUp(
  canvas: Canvas,
  { figure, pose, side, hanger, style, own, piece, raised, swing }: HoldUp,
): readonly Presence[] {
  const lifted = { upper: 14 + 14 * raised + swing * 5, fore: 30 + 158 * raised + swing * 9, isInFront: true };
  const arms: Pose['arms'] = side === 0 ? [lifted, pose.arms[1]] : [pose.arms[0], lifted];
  const armed: Pose = { ...pose, arms };
  const presences = [...dressFigure(canvas, figure, armed, { pieces: own, ...style })];
  if (!piece || raised < 0.02) return presences;
  const { garment, instanceId } = piece;
  const hand = handPoint(armed, side);
  const scale = fitGarment(garment, 1.05).scaleX * pose.height;
  const place = {
    x: hand[0],
    y: hand[1] + (1 - raised) * canvas.height * 0.9,
    scale,
    tilt: swing * 0.09,
    yaw: pose.yaw * 0.5 + swing * 0.5,
    ripple: pose.ripple,
    waves: 0.6,
    perspective: 0,
  };
  presences.push(hangGarment(canvas, hanger, place, { id: 1, garment, instanceId }));
  drawFist(canvas, figure, [place.x, place.y + pose.height * 0.004], pose.height * 0.05);
  return presences;
}
