import { type Canvas } from './canvas.ts';
import { css, hsl } from './color.ts';
import { drawMesh } from './draw-mesh.ts';
import { type PartSvg } from './figure-look.ts';
import { createMesh } from './mesh.ts';
import { type Random } from './random.ts';
import { type Rasterise, textureOf } from './scenery.ts';
import { type Texture } from './texture.ts';
import { bump } from './wander.ts';

/** Something that gets between the camera and the clothes for a while. */
export interface Occluder {
  readonly texture: Texture;
  /** Frame at which it is fully there, and for how many frames about. */
  readonly centre: number;
  readonly spread: number;
  /** Canvas shares: where it is when it is there, and how wide. */
  readonly x: number;
  readonly y: number;
  readonly wide: number;
  /** Direction that it comes from: -1 left, 1 right, 0 below. */
  readonly from: -1 | 0 | 1;
  readonly turn: number;
}

const svg = (width: number, height: number, body: string): PartSvg => ({
  width,
  height,
  svg: `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}">${body}</svg>`,
});

const things: readonly ((random: Random) => PartSvg)[] = [
  () =>
    svg(
      120,
      240,
      '<rect x="6" y="6" width="108" height="228" rx="18" fill="#16171a"/><rect x="12" y="20" width="96" height="196" fill="#31353d"/><circle cx="34" cy="40" r="12" fill="#0b0b0d" stroke="#555" stroke-width="3"/>',
    ),
  () =>
    svg(
      220,
      150,
      '<rect width="220" height="150" rx="6" fill="#f6f4ee"/><path d="M18,30L200,30M18,56L170,56M18,82L190,82M18,108L120,108" stroke="#444" stroke-width="9"/>',
    ),
  (random) => {
    const skin = css(hsl(random.range(16, 30), 0.4, random.range(0.45, 0.8)));
    return svg(
      420,
      130,
      `<path d="M0,30Q180,10 260,34L262,96Q160,110 0,104Z" fill="${skin}"/><path d="M250,32Q310,24 330,52Q330,92 262,98Z" fill="${skin}"/><g fill="${skin}" stroke="#5a3424" stroke-opacity=".5" stroke-width="2"><rect x="318" y="34" width="84" height="17" rx="8" transform="rotate(-8 318 34)"/><rect x="324" y="50" width="92" height="17" rx="8"/><rect x="320" y="66" width="84" height="17" rx="8" transform="rotate(6 320 66)"/><rect x="300" y="84" width="70" height="16" rx="8" transform="rotate(14 300 84)"/></g>`,
    );
  },
  (random) =>
    svg(
      120,
      170,
      `<path d="M14,20L106,20L94,164L26,164Z" fill="${css(hsl(random.range(0, 360), 0.3, 0.8))}"/><rect x="6" y="6" width="108" height="18" rx="8" fill="#fff"/>`,
    ),
];

/**
 * Makes a few occluders at times of chance between `first` and `last`.
 *
 * All of them is drawn from `random` before anything is waited for: which texture is ready first is for the machine to say.
 */
export function createOccluders(
  random: Random,
  rasterise: Rasterise,
  frames: readonly [first: number, last: number],
): Promise<readonly Occluder[]> {
  const plans = Array.from({ length: random.integer(1, 3) }, () => {
    const part = random.pick(things)(random);
    const motion: Omit<Occluder, 'texture'> = {
      from: random.pick([-1, 0, 1] as const),
      centre: random.range(...frames),
      spread: random.range(14, 34),
      x: 0.5 + random.normal() * 0.1,
      y: random.range(0.32, 0.66),
      wide: (part.width / 540) * random.range(0.7, 1.15),
      turn: random.normal() * 0.2,
    };
    return { part, motion };
  });
  return Promise.all(
    plans.map(async ({ part, motion }) => Object.assign(motion, { texture: await textureOf(part, rasterise) })),
  );
}

/** Draws an occluder as it is at a frame. */
export function drawOccluder(canvas: Canvas, occluder: Occluder, frame: number): void {
  const there = Math.min(1, 1.4 * bump(frame, occluder.centre, occluder.spread));
  if (there < 0.02) return;
  const { from, turn, texture } = occluder;
  const wide = occluder.wide * canvas.width;
  const tall = (wide * texture.height) / texture.width;
  const away = (1 - there) * (from === 0 ? canvas.height : canvas.width);
  const [x, y] = [occluder.x * canvas.width + from * away, occluder.y * canvas.height + (from === 0 ? away : 0)];
  const flip = from === 1 ? -1 : 1;
  const [cos, sin] = [Math.cos(turn), Math.sin(turn)];
  const mesh = createMesh(1, 1, (u, v) => {
    const [dx, dy] = [(u - 0.5) * wide * flip, (v - 0.5) * tall];
    return [x + dx * cos - dy * sin, y + dx * sin + dy * cos, 0.95];
  });
  drawMesh(canvas, texture, mesh);
}
