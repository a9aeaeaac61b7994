import { body } from './body.ts';
import { type Canvas } from './canvas.ts';
import { drawMesh } from './draw-mesh.ts';
import { type FigureParts } from './figure-look.ts';
import { createMesh, type Mesh } from './mesh.ts';
import { armDirection, lightOn, type Pose, project } from './pose.ts';
import { type Texture } from './texture.ts';

/** A figure whose parts are ready to be drawn. */
export interface Figure {
  readonly parts: FigureParts<Texture>;
  readonly hasLongHair: boolean;
}

/** A mesh that wraps a part around an upright rounded form, so that it turns with the figure; its first `neck` (share) is slimmer. */
function roundMesh(
  pose: Pose,
  part: {
    readonly half: number;
    readonly top: number;
    readonly bottom: number;
    readonly depth: number;
    readonly neck?: number;
    readonly turn?: number;
  },
): Mesh {
  const { half, top, bottom, depth, neck = 0, turn = 0 } = part;
  const turned = { ...pose, yaw: pose.yaw + turn };
  return createMesh(8, 10, (u, v) => {
    const across = u * 2 - 1;
    const z =
      half *
      depth *
      (neck === 0 ? 1 : 0.25 + 0.75 * Math.min(1, v / neck)) *
      Math.sqrt(Math.max(0, 1 - across * across));
    const [x, y] = project(turned, across * half, top + (bottom - top) * v, z);
    return [x, y, lightOn(turned, across * 1.1)];
  });
}

/** Draws what is behind everything: hair and trunk. */
export function drawTrunk(canvas: Canvas, figure: Figure, pose: Pose): void {
  const { parts, hasLongHair } = figure;
  drawMesh(
    canvas,
    parts.hairBack,
    roundMesh(pose, { half: 0.068, top: -0.004, bottom: hasLongHair ? 0.27 : 0.2, depth: -0.5 }),
  );
  drawMesh(canvas, parts.trunk, roundMesh(pose, { half: 0.127, top: 0.1, bottom: 0.53, depth: body.depth, neck: 0.2 }));
}

/** Draws both legs, feet at `feet` (offsets from the middle in heights); legs in trousers are thin enough to stay inside them. */
export function drawLegs(
  canvas: Canvas,
  figure: Figure,
  pose: Pose,
  feet: readonly [number, number],
  isCovered: boolean,
): void {
  for (const side of [0, 1] as const) {
    const sign = side === 0 ? -1 : 1;
    const foot = feet[side];
    const mesh = createMesh(2, 20, (u, v) => {
      const middle = sign * 0.046 + (foot - sign * 0.046) * v;
      const wide = isCovered && v < 0.9 ? 0.05 + 0.062 * Math.max(0, (v - 0.75) / 0.15) : 0.112;
      const [x, y] = project(pose, middle + (u - 0.5) * wide, body.legTop + (1 - body.legTop) * v);
      return [x, y, lightOn(pose, (u - 0.5) * 1.6 + sign * 0.2)];
    });
    drawMesh(canvas, figure.parts.leg, mesh);
  }
}

/** Draws one arm along its pose. `length` stretches it so that the hand looks out of a long sleeve. */
export function drawArm(
  canvas: Canvas,
  figure: Figure,
  pose: Pose,
  arm: { readonly side: 0 | 1; readonly length?: number },
): void {
  const { side, length = body.armLength } = arm;
  const { upper, fore } = pose.arms[side];
  const sign = side === 0 ? -1 : 1;
  const elbow = armDirection(upper, sign);
  const wrist = armDirection(fore, sign);
  const shoulderX = sign * body.shoulderHalf * 0.97;
  const bent = length * body.elbow;
  const mesh = createMesh(2, 14, (u, v) => {
    const along = v * length;
    // The bend is spread over a fifth of the arm, so that the elbow is round.
    const turned = Math.max(0, Math.min(1, (along - bent) / (length * 0.2) + 0.5));
    const way = [elbow[0] + (wrist[0] - elbow[0]) * turned, elbow[1] + (wrist[1] - elbow[1]) * turned] as const;
    const past = Math.max(0, along - bent);
    const [midX, midY] = [
      shoulderX + elbow[0] * Math.min(along, bent) + wrist[0] * past,
      body.shoulder + 0.008 + elbow[1] * Math.min(along, bent) + wrist[1] * past,
    ];
    const norm = Math.hypot(way[0], way[1]) || 1;
    const off = (u - 0.5) * 0.078;
    const [x, y] = project(pose, midX + (way[1] / norm) * off, midY - (way[0] / norm) * off, 0.02);
    return [x, y, lightOn(pose, (u - 0.5) * 1.4 + sign * 0.3)];
  });
  drawMesh(canvas, figure.parts.arm, mesh);
}

/** Draws the head, and the strands that fall over the shoulders when the figure has them. */
export function drawHead(canvas: Canvas, figure: Figure, pose: Pose, strands: readonly [boolean, boolean]): void {
  drawMesh(
    canvas,
    figure.parts.head,
    roundMesh(pose, { half: 0.057, top: -0.008, bottom: 0.148, depth: 0.8, turn: pose.headYaw }),
  );
  if (!figure.hasLongHair) return;
  for (const side of [0, 1] as const) {
    if (!strands[side]) continue;
    const sign = side === 0 ? -1 : 1;
    const mesh = createMesh(2, 6, (u, v) => {
      const sway = 0.006 * v * Math.sin(pose.ripple + v * 3);
      const [x, y] = project(pose, sign * (0.05 + 0.014 * v) + (u - 0.5) * 0.036 * sign + sway, 0.06 + 0.21 * v, 0.012);
      return [x, y, lightOn(pose, sign * 0.5)];
    });
    drawMesh(canvas, figure.parts.strand, mesh);
  }
}

/** Draws a closed hand around a point of the canvas, `size` pixels wide. */
export function drawFist(canvas: Canvas, figure: Figure, at: readonly [number, number], size: number): void {
  const mesh = createMesh(1, 1, (u, v) => [at[0] + (u - 0.5) * size, at[1] + (v - 0.5) * size, 1]);
  drawMesh(canvas, figure.parts.fist, mesh);
}

/** Canvas point of a hand. */
export function handPoint(pose: Pose, side: 0 | 1, length: number = body.armLength): readonly [number, number] {
  const { upper, fore } = pose.arms[side];
  const sign = side === 0 ? -1 : 1;
  const [ex, ey] = armDirection(upper, sign);
  const [wx, wy] = armDirection(fore, sign);
  const [near, far] = [length * body.elbow, length * (0.88 - body.elbow)];
  return project(
    pose,
    sign * body.shoulderHalf * 0.97 + ex * near + wx * far,
    body.shoulder + 0.008 + ey * near + wy * far,
    0.02,
  );
}
