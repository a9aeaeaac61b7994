/** How an arm is held; degrees from straight down, outwards, as the figure faces us. */
export interface ArmPose {
  readonly upper: number;
  readonly fore: number;
  /** True when the forearm is in front of the trunk. */
  readonly isInFront: boolean;
}

/** Where a figure stands and how, at one moment. */
export interface Pose {
  /** Canvas pixels: the middle between the feet. */
  readonly x: number;
  readonly y: number;
  /** From the top of the head to the soles, in pixels. */
  readonly height: number;
  /** Turn about the upright axis in radians; 0 faces us. */
  readonly yaw: number;
  /** Further turn of the head. */
  readonly headYaw: number;
  /** Sideways lean of the whole body: shift of the head in heights. */
  readonly lean: number;
  /** Arms on our left and on our right. */
  readonly arms: readonly [ArmPose, ArmPose];
  /** Slow waves that run through cloth, in radians. */
  readonly ripple: number;
  /** Direction of the light in radians; 0 comes from us, positive from our right. */
  readonly lamp: number;
}

/**
 * Canvas point of a figure's point.
 *
 * `x` runs to our right from the middle, `y` down from 0 at the top of the head to 1 at the soles, `z` towards us, all in heights of the figure.
 */
export function project(pose: Pose, x: number, y: number, z = 0): readonly [x: number, y: number] {
  const across = x * Math.cos(pose.yaw) + z * Math.sin(pose.yaw);
  return [pose.x + pose.height * (across + pose.lean * (1 - y) ** 1.3), pose.y - pose.height * (1 - y)];
}

/** Light on a surface whose normal points `turn` radians to our right, before the figure turns. */
export function lightOn(pose: Pose, turn: number): number {
  return 0.66 + 0.4 * Math.max(0, Math.cos(turn + pose.yaw - pose.lamp));
}

/** Degrees of an arm's angle to a direction, to our right on `side` 1 and to our left on -1. */
export function armDirection(degrees: number, side: -1 | 1): readonly [x: number, y: number] {
  return [side * Math.sin((degrees * Math.PI) / 180), Math.cos((degrees * Math.PI) / 180)];
}
