import { type ArmPose, type Pose } from './pose.ts';
import { type Random } from './random.ts';
import { bump, wander } from './wander.ts';

/** How host and camera move, at any frame. */
export interface Movements {
  pose(frame: number): Pose;
  /** Left and top of the picture in the room, in pixels; the room is a quarter wider and 6 % taller than the picture. */
  pan(frame: number): readonly [left: number, top: number];
  /** How a garment swings on its hanger, about -1 to 1. */
  swing(frame: number): number;
}

/** Options of {@link createMovements}. */
export interface MovementOptions {
  /** Pixels of the picture. */
  readonly width: number;
  readonly height: number;
  /** Frames in all. */
  readonly frames: number;
  /** True when the camera looks at the legs. */
  readonly isLow: boolean;
}

/** Makes a host that turns, sways, gestures, comes near a few times and goes back. */
export function createMovements(random: Random, { width, height, frames, isLow }: MovementOptions): Movements {
  const walk = (period: number): ((frame: number) => number) => wander(random, period);
  const [sideways, turn, nod, lean, size] = [walk(170), walk(150), walk(90), walk(70), walk(220)] as const;
  const [panX, panY, swing, lamp] = [walk(190), walk(140), walk(45), walk(260)] as const;
  const lifts = [walk(95), walk(80)] as const;
  const [reach, bend] = [walk(110), walk(60)] as const;
  const wide = random.range(0.55, 1.1);
  const base = random.range(0.78, 1.02);
  const near = Array.from({ length: random.integer(1, 3) }, () => ({
    at: random.range(0.22, 0.95) * frames,
    by: random.range(0.15, 0.6),
    spread: random.range(18, 42),
  }));
  const focus = isLow ? random.range(0.5, 0.62) : random.range(0.36, 0.5);
  const front = random.chance(0.35) ? random.integer(0, 1) : -1;
  return {
    pose(frame) {
      const zoom =
        base + 0.05 * size(frame) + near.reduce((sum, { at, by, spread }) => sum + by * bump(frame, at, spread), 0);
      const tall = height * zoom;
      const arm = (side: 0 | 1): ArmPose => {
        const isInFront = front === side && reach(frame) > 0;
        const upper = 16 + 12 * lifts[side](frame);
        return { upper, fore: isInFront ? -95 + 30 * bend(frame) : upper + 8 - 14 * bend(frame), isInFront };
      };
      return {
        x: width * (0.5 + 0.1 * sideways(frame)),
        y: height * 0.5 + tall * (1 - focus) + height * 0.01 * panY(frame * 2),
        height: tall,
        yaw: wide * turn(frame),
        headYaw: 0.35 * nod(frame) - 0.4 * wide * turn(frame),
        lean: 0.035 * lean(frame),
        arms: [arm(0), arm(1)],
        ripple: frame * 0.11 + 2 * lean(frame),
        lamp: 0.5 * lamp(frame),
      };
    },
    pan: (frame) => [width * 0.125 * (1 + 0.8 * panX(frame)), height * 0.03 * (1 + 0.8 * panY(frame))],
    swing,
  };
}
