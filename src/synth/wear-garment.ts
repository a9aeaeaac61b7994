import { body } from './body.ts';
import { coverGrid, type Garment } from './garment.ts';
import { bodyPartOf } from './garment-kind.ts';
import { createMesh, type Mesh } from './mesh.ts';
import { type ArmPose, lightOn, type Pose, project } from './pose.ts';

/** How a garment sits on a figure, in heights of the figure. */
export interface Fit {
  /** Heights a pixel of the cut-out, across and down. */
  readonly scaleX: number;
  readonly scaleY: number;
  /** Height of the shoulder line or waistband. */
  readonly top: number;
}

/** Fits a garment: as wide as the body and `ease` (about 1), and never down to the floor. */
export function fitGarment(garment: Garment, ease: number): Fit {
  const { kind, measure, height } = garment;
  const part = bodyPartOf(kind);
  if (part === 'bottom') {
    const widest = kind === 'pants' ? 0.34 : kind === 'shorts' ? 0.29 : 0.4;
    const scaleX = Math.min((2 * 0.083 * ease) / measure.width, widest / garment.width);
    const top = 0.4;
    const natural = top + height * scaleX;
    const hem = kind === 'pants' ? 0.945 : Math.min(0.93, Math.max(0.56, natural));
    return { scaleX, scaleY: limit((hem - top) / height, scaleX * 0.72, scaleX * 1.4), top };
  }
  // An outline that misleads the measuring must not make a tent.
  const scaleX = Math.min((2 * (body.chestHalf + 0.014) * ease) / measure.width, 0.68 / garment.width);
  const top = body.shoulder - 0.016;
  const natural = top + (height - measure.top) * scaleX;
  const hem =
    kind === 'dress'
      ? limit(natural, 0.6, 0.92)
      : kind === 'outwear'
        ? limit(natural, 0.44, 0.86)
        : limit(natural, 0.43, 0.58);
  return { scaleX, scaleY: limit((hem - top) / (height - measure.top), scaleX * 0.75, scaleX * 1.35), top };
}

function limit(value: number, least: number, most: number): number {
  return Math.max(least, Math.min(most, value));
}

/** Arms of a figure that wears a garment, and how long they must be for the hands to look out of the sleeves. */
export interface SleevedArms {
  readonly arms: readonly [ArmPose, ArmPose];
  readonly lengths: readonly [number, number];
}

/** Fits the arms of a pose to a garment's sleeves: a sleeve that lies flat can be turned only so far. */
export function fitArms(garment: Garment, fit: Fit, pose: Pose): SleevedArms {
  const fitted = (side: 0 | 1): { readonly arm: ArmPose; readonly length: number } => {
    const arm = pose.arms[side];
    const sleeve = garment.measure.sleeves[side];
    if (!sleeve) return { arm, length: body.armLength };
    const reach = sleeve.reach * ((fit.scaleX + fit.scaleY) / 2);
    const upper = sleeve.angle + limit(arm.upper - sleeve.angle, -52, 34);
    if (reach < 0.19) return { arm: { ...arm, upper }, length: body.armLength };
    const length = limit(reach + 0.052, body.armLength * 0.95, 0.47);
    return { arm: { upper, fore: upper, isInFront: false }, length };
  };
  const [left, right] = [fitted(0), fitted(1)];
  return { arms: [left.arm, right.arm], lengths: [left.length, right.length] };
}

/** The mesh of a garment on a figure; `pose` must have gone through {@link fitArms}. */
export function wornMesh(garment: Garment, fit: Fit, pose: Pose): Mesh {
  return bodyPartOf(garment.kind) === 'bottom' ? bottomMesh(garment, fit, pose) : topMesh(garment, fit, pose);
}

function topMesh({ measure, width, height, kind }: Garment, fit: Fit, pose: Pose): Mesh {
  const half = body.chestHalf + 0.02;
  return createMesh(coverGrid, coverGrid, (u, v) => {
    let x = (u * width - measure.middle) * fit.scaleX;
    let y = fit.top + (v * height - measure.top) * fit.scaleY;
    const side = x < 0 ? 0 : 1;
    const sign = x < 0 ? -1 : 1;
    const sleeve = measure.sleeves[side];
    const below = Math.max(0, y - body.waist);
    if (sleeve) {
      // Cloth beyond the trunk turns about the shoulder; a dress's or coat's skirt does not.
      const beyond = smooth((Math.abs(x) - half * 0.82) / (half * 0.5));
      const skirt =
        kind === 'dress' || kind === 'outwear' ? 1 - smooth((y - 0.52) / 0.08) * (Math.abs(x) < 0.2 ? 1 : 0) : 1;
      const turn = ((pose.arms[side].upper - sleeve.angle) * beyond * skirt * Math.PI) / 180;
      const [jointX, jointY] = [sign * body.shoulderHalf, body.shoulder + 0.008];
      const [dx, dy] = [(x - jointX) * sign, y - jointY];
      x = jointX + sign * (dx * Math.cos(turn) + dy * Math.sin(turn));
      y = jointY - dx * Math.sin(turn) + dy * Math.cos(turn);
    }
    const sway = (0.004 + 0.03 * below) * Math.sin(pose.ripple + v * 5 + x * 8);
    const round = Math.sqrt(Math.max(0, 1 - (x / half) ** 2));
    const [px, py] = project(pose, x + sway, y, half * body.depth * round + 0.01);
    return [
      px,
      py,
      lightOn(pose, Math.max(-1.2, Math.min(1.2, x / half)) * 0.95) +
        0.03 * Math.sin(v * 14 + x * 30 + pose.ripple * 0.4),
    ];
  });
}

function bottomMesh({ measure, width, height, kind }: Garment, fit: Fit, pose: Pose): Mesh {
  const half = body.hipHalf + 0.02;
  return createMesh(coverGrid, coverGrid, (u, v) => {
    const x = (u * width - measure.middle) * fit.scaleX;
    const y = fit.top + v * height * fit.scaleY;
    const loose = kind === 'skirt' ? 0.014 : 0.005;
    const sway = loose * v * Math.sin(pose.ripple + v * 3 + x * 6);
    const round = Math.sqrt(Math.max(0, 1 - (x / half) ** 2)) * (1 - 0.4 * v);
    const [px, py] = project(pose, x + sway, y, half * body.depth * round);
    return [px, py, lightOn(pose, Math.max(-1.2, Math.min(1.2, x / half)) * 0.85) + 0.03 * Math.sin(v * 16 + x * 24)];
  });
}

/** Where the feet go so that they look out of trousers: offsets from the middle, in heights. */
export function feetFor(garment: Garment | undefined, fit: Fit | undefined): readonly [number, number] {
  if (!garment || !fit || garment.kind === 'skirt' || bodyPartOf(garment.kind) !== 'bottom') return [-0.05, 0.05];
  const { measure, height } = garment;
  const hem = fit.top + height * fit.scaleY;
  const foot = (side: 0 | 1): number => {
    const sign = side === 0 ? -1 : 1;
    const at = (measure.legs[side] - measure.middle) * fit.scaleX;
    const down = sign * 0.046 + (at - sign * 0.046) * ((1 - body.legTop) / Math.max(0.2, hem - body.legTop));
    return limit(down, sign > 0 ? 0.025 : -0.16, sign > 0 ? 0.16 : -0.025);
  };
  return [foot(0), foot(1)];
}

function smooth(share: number): number {
  const t = limit(share, 0, 1);
  return t * t * (3 - 2 * t);
}
