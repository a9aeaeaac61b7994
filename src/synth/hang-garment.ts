import { type Canvas } from './canvas.ts';
import { drawMesh } from './draw-mesh.ts';
import { coverGrid, type Garment } from './garment.ts';
import { bodyPartOf } from './garment-kind.ts';
import { createMesh, type Mesh } from './mesh.ts';
import { drawGarmentMesh, type Presence } from './scene.ts';
import { type Texture } from './texture.ts';
import { type PartSvg } from './figure-look.ts';

/** A garment that lies or hangs by itself. */
export interface Hanging {
  /** Canvas pixels: the hook of the hanger, or the middle of what lies. */
  readonly x: number;
  readonly y: number;
  /** Pixels of the canvas a pixel of the cut-out. */
  readonly scale: number;
  /** Turn in the picture plane, in radians, clockwise. */
  readonly tilt: number;
  /** Turn about the upright axis in radians; squeezes. */
  readonly yaw: number;
  /** Waves of the cloth: phase in radians, and their strength from 0 to 1. */
  readonly ripple: number;
  readonly waves: number;
  /** How much smaller the far end is: -0.3 to 0.3. */
  readonly perspective: number;
}

/** SVG of a hanger, with or without clips for what has a waistband. */
export function drawHangerSvg(color: string): PartSvg {
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="240" height="120"><path d="M120,52L120,34Q120,28 130,24Q142,16 132,6Q122,-2 112,10" fill="none" stroke="#9a9aa0" stroke-width="5"/><path d="M120,50L226,98Q236,108 222,110L18,110Q4,108 14,98Z" fill="none" stroke="${color}" stroke-width="9" stroke-linejoin="round"/></svg>`;
  return { svg, width: 240, height: 120 };
}

/** Share of a hanger's height that is above the garment. */
const hook = 0.42;

/** The mesh of a garment that lies flat around its middle. */
export function flatMesh(garment: Garment, place: Hanging): Mesh {
  return planeMesh(garment, place, { anchorX: garment.width / 2, anchorY: garment.height / 2 });
}

function planeMesh(
  garment: Garment,
  place: Hanging,
  anchor: { readonly anchorX: number; readonly anchorY: number },
): Mesh {
  const { x, y, scale, tilt, yaw, ripple, waves, perspective } = place;
  const [cos, sin, squeeze] = [Math.cos(tilt), Math.sin(tilt), Math.cos(yaw)];
  return createMesh(coverGrid, coverGrid, (u, v) => {
    const across = (u * garment.width - anchor.anchorX) * scale;
    const down = (v * garment.height - anchor.anchorY) * scale;
    const wave = waves * garment.width * scale * 0.03 * Math.sin(ripple + v * 5 + u * 3) * v;
    const far = 1 + perspective * (v - 0.5) + 0.25 * Math.sin(yaw) * (u - 0.5);
    const [px, py] = [(across * squeeze + wave) * far, down * far];
    const light = 1 + 0.1 * waves * Math.sin(ripple * 0.7 + u * 9 + v * 2) + 0.12 * Math.sin(yaw) * (u - 0.5);
    return [x + px * cos - py * sin, y + px * sin + py * cos, light];
  });
}

/** The mesh of a garment that hangs from its hook at `place`. */
export function hangingMesh(garment: Garment, place: Hanging): Mesh {
  const { measure } = garment;
  return planeMesh(garment, place, { anchorX: measure.middle, anchorY: measure.top - drop(garment) });
}

/** Pixels of the cut-out between the hook and the shoulders or waistband. */
function drop(garment: Garment): number {
  return garment.measure.width * (bodyPartOf(garment.kind) === 'bottom' ? 0.34 : 0.2);
}

/** Draws a garment on a hanger. */
export function hangGarment(
  canvas: Canvas,
  hanger: Texture,
  place: Hanging,
  presence: Omit<Presence, 'area' | 'viewpoint' | 'display'>,
): Presence {
  const { garment } = presence;
  const { x, y, scale, tilt, yaw } = place;
  const [cos, sin, squeeze] = [Math.cos(tilt), Math.sin(tilt), Math.cos(yaw)];
  const wide = garment.measure.width * scale * (bodyPartOf(garment.kind) === 'bottom' ? 0.86 : 0.96);
  const tall = (drop(garment) * scale) / hook;
  const bar = createMesh(2, 2, (u, v) => {
    const [px, py] = [(u - 0.5) * wide * squeeze, v * tall];
    return [x + px * cos - py * sin, y + px * sin + py * cos, 1];
  });
  drawMesh(canvas, hanger, bar);
  return drawGarmentMesh(canvas, hangingMesh(garment, place), { ...presence, display: 0, viewpoint: 0 });
}
