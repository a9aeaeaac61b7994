import { type Canvas } from './canvas.ts';
import { drawArm, drawHead, drawLegs, drawTrunk, type Figure } from './draw-figure.ts';
import { type Garment } from './garment.ts';
import { bodyPartOf } from './garment-kind.ts';
import { type Pose } from './pose.ts';
import { drawGarmentMesh, type Presence } from './scene.ts';
import { feetFor, fitArms, fitGarment, wornMesh } from './wear-garment.ts';

/** A garment that a figure wears in a scene. */
export interface Worn {
  readonly id: number;
  readonly garment: Garment;
  readonly instanceId: number;
}

/** What a figure has on. */
export interface Outfit {
  /** At most one dress, or a top and a bottom. */
  readonly pieces: readonly Worn[];
  /** Width of the clothes against the body's, about 1. */
  readonly ease: number;
  /** True when the top hangs over the bottom, false when it is tucked in. */
  readonly isTopOver: boolean;
  /** Which strands of long hair fall to the front. */
  readonly strands: readonly [boolean, boolean];
}

/** 0 front, 2 left, 3 right, as a turn in radians shows it. */
export function viewpointOf(yaw: number): 0 | 2 | 3 {
  return Math.abs(yaw) < 0.62 ? 0 : yaw < 0 ? 2 : 3;
}

/** Draws a dressed figure, from what is behind to what is in front, and says which garments are there. */
export function dressFigure(canvas: Canvas, figure: Figure, pose: Pose, outfit: Outfit): readonly Presence[] {
  const { ease, isTopOver, pieces } = outfit;
  const top = pieces.find(({ garment }) => bodyPartOf(garment.kind) !== 'bottom');
  const bottom = pieces.find(({ garment }) => bodyPartOf(garment.kind) === 'bottom');
  const topFit = top && fitGarment(top.garment, ease);
  const sleeved = top && topFit ? fitArms(top.garment, topFit, pose) : undefined;
  const armed: Pose = sleeved ? { ...pose, arms: sleeved.arms } : pose;
  const bottomFit = bottom && fitGarment(bottom.garment, ease);

  drawTrunk(canvas, figure, armed);
  drawLegs(canvas, figure, armed, feetFor(bottom?.garment, bottomFit), bottom?.garment.kind === 'pants');
  const arms = ([0, 1] as const).map((side) => ({
    side,
    inFront: armed.arms[side].isInFront,
    length: sleeved?.lengths[side],
  }));
  const drawArms = (inFront: boolean): void => {
    for (const arm of arms)
      if (arm.inFront === inFront)
        drawArm(canvas, figure, armed, { side: arm.side, ...(arm.length !== undefined && { length: arm.length }) });
  };
  drawArms(false);
  const presences: Presence[] = [];
  const put = (worn: Worn | undefined, fit: ReturnType<typeof fitGarment> | undefined): void => {
    if (!worn || !fit) return;
    const mesh = wornMesh(worn.garment, fit, armed);
    presences.push(drawGarmentMesh(canvas, mesh, { ...worn, display: 1, viewpoint: viewpointOf(pose.yaw) }));
  };
  if (isTopOver) put(bottom, bottomFit);
  put(top, topFit);
  if (!isTopOver) put(bottom, bottomFit);
  drawArms(true);
  drawHead(canvas, figure, armed, outfit.strands);
  return presences;
}
