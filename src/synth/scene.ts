import { type Box } from '../core/box.ts';
import { type Canvas } from './canvas.ts';
import { drawMesh } from './draw-mesh.ts';
import { coverGrid, type Garment } from './garment.ts';
import { type Mesh } from './mesh.ts';

/** A garment in a scene. */
export interface Presence {
  /** What it owns pixels by, 1 to 255, its own in the scene. */
  readonly id: number;
  readonly garment: Garment;
  /** As in an annotation of SPEC 1: 0 when it has no counterpart. */
  readonly instanceId: number;
  /** 0 alone, 1 worn. */
  readonly display: 0 | 1;
  /** 0 front, 1 back, 2 left, 3 right. */
  readonly viewpoint: 0 | 1 | 2 | 3;
  /** Pixels that it would cover if nothing were in front of it and the canvas were large enough. */
  readonly area: number;
}

/** Draws a garment and says what there is to know for its annotation. Meshes of garments have `coverGrid` columns and rows. */
export function drawGarmentMesh(canvas: Canvas, mesh: Mesh, presence: Omit<Presence, 'area'>): Presence {
  drawMesh(canvas, presence.garment.texture, mesh, { id: presence.id });
  return { ...presence, area: coveredArea(mesh, presence.garment) };
}

function coveredArea({ points, columns, rows }: Mesh, { cover }: Garment): number {
  let area = 0;
  const stride = columns + 1;
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      const at = row * stride + column;
      const corner = (index: number): Xy => [points[index * 2]!, points[index * 2 + 1]!];
      const [a, b, c, d] = [corner(at), corner(at + 1), corner(at + stride + 1), corner(at + stride)];
      const quad = Math.abs((c[0] - a[0]) * (d[1] - b[1]) - (d[0] - b[0]) * (c[1] - a[1])) / 2;
      area +=
        quad * cover[Math.floor((row * coverGrid) / rows) * coverGrid + Math.floor((column * coverGrid) / columns)]!;
    }
  }
  return area;
}

type Xy = readonly [number, number];

/** Number and tight box of the pixels that each owner has, by owner; owner 0 is left out. */
export function ownedPixels({
  width,
  height,
  ids,
}: Canvas): ReadonlyMap<number, { readonly count: number; readonly box: Box }> {
  const counts = new Int32Array(256);
  const left = new Int32Array(256).fill(width);
  const top = new Int32Array(256).fill(height);
  const right = new Int32Array(256);
  const bottom = new Int32Array(256);
  for (let y = 0, at = 0; y < height; y++) {
    for (let x = 0; x < width; x++, at++) {
      const id = ids[at]!;
      if (id === 0) continue;
      counts[id]!++;
      if (x < left[id]!) left[id] = x;
      if (x >= right[id]!) right[id] = x + 1;
      if (y < top[id]!) top[id] = y;
      bottom[id] = y + 1;
    }
  }
  const owned = new Map<number, { count: number; box: Box }>();
  for (let id = 1; id < 256; id++) {
    if (counts[id])
      owned.set(id, {
        count: counts[id]!,
        box: [left[id]!, top[id]!, right[id]!, bottom[id]!],
      });
  }
  return owned;
}
