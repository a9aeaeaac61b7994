import { type Canvas } from './canvas.ts';
import { type Mesh } from './mesh.ts';
import { type Texture, type TextureLevel } from './texture.ts';

/** Options of {@link drawMesh}. */
export interface DrawMeshOptions {
  /** Garment that the pixels belong to, 1 to 255. @defaultValue `0`, no garment */
  readonly id?: number;
  /** Part of the texture's alpha that counts, 0 to 1. @defaultValue `1` */
  readonly opacity?: number;
  /** Draws a black, blurred copy that owns no pixel: the number of texture levels to go up, 0 or more. */
  readonly shadow?: number;
}

/**
 * Draws a textured mesh over what is there: bilinear texels of the level that suits the size, premultiplied alpha, light from vertex to
 * vertex. A pixel that is covered by half or more changes its owner.
 */
export function drawMesh(canvas: Canvas, texture: Texture, mesh: Mesh, options: DrawMeshOptions = {}): void {
  const { id = 0, opacity = 1, shadow } = options;
  const level =
    texture.levels[Math.min(texture.levels.length - 1, shadow ?? levelFor(texture, mesh))] ?? texture.levels[0];
  const { columns, rows, points, light } = mesh;
  const brush: Brush = { canvas, level, id, opacity: Math.round(opacity * 256), shadow: shadow !== undefined };
  const stride = columns + 1;
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      const at = row * stride + column;
      const corner = (index: number, u: number, v: number): Corner => ({
        x: points[index * 2]!,
        y: points[index * 2 + 1]!,
        u: (u / columns) * level.width - 0.5,
        v: (v / rows) * level.height - 0.5,
        light: light[index]!,
      });
      const a = corner(at, column, row);
      const b = corner(at + 1, column + 1, row);
      const c = corner(at + stride + 1, column + 1, row + 1);
      const d = corner(at + stride, column, row + 1);
      fillTriangle(brush, a, b, c);
      fillTriangle(brush, a, c, d);
    }
  }
}

interface Brush {
  readonly canvas: Canvas;
  readonly level: TextureLevel;
  readonly id: number;
  /** 0 to 256. */
  readonly opacity: number;
  readonly shadow: boolean;
}

interface Corner {
  readonly x: number;
  readonly y: number;
  readonly u: number;
  readonly v: number;
  readonly light: number;
}

/** The level with about one texel a pixel, by the lengths of the middle lines of the mesh. */
function levelFor(texture: Texture, { columns, rows, points }: Mesh): number {
  const stride = columns + 1;
  const span = (from: number, to: number): number =>
    Math.hypot(points[to * 2]! - points[from * 2]!, points[to * 2 + 1]! - points[from * 2 + 1]!);
  const row = (rows >> 1) * stride;
  const column = columns >> 1;
  const across = texture.width / Math.max(1, span(row, row + columns));
  const down = texture.height / Math.max(1, span(column, column + rows * stride));
  return Math.max(0, Math.round(Math.log2(Math.max(0.5, (across + down) / 2))));
}

/** Fills the pixels whose centres lie in the triangle; neighbours that share an edge neither overlap nor leave a gap. */
function fillTriangle(brush: Brush, a: Corner, b: Corner, c: Corner): void {
  const { width, height } = brush.canvas;
  const area = (b.x - a.x) * (c.y - a.y) - (c.x - a.x) * (b.y - a.y);
  if (area === 0) return;
  const first = Math.max(0, Math.ceil(Math.min(a.y, b.y, c.y) - 0.5));
  const last = Math.min(height - 1, Math.ceil(Math.max(a.y, b.y, c.y) - 0.5) - 1);
  const slopeX = (p: number, q: number, r: number): number => ((q - p) * (c.y - a.y) - (r - p) * (b.y - a.y)) / area;
  const slopeY = (p: number, q: number, r: number): number => ((r - p) * (b.x - a.x) - (q - p) * (c.x - a.x)) / area;
  const [ux, uy] = [slopeX(a.u, b.u, c.u), slopeY(a.u, b.u, c.u)];
  const [vx, vy] = [slopeX(a.v, b.v, c.v), slopeY(a.v, b.v, c.v)];
  const [lx, ly] = [slopeX(a.light, b.light, c.light), slopeY(a.light, b.light, c.light)];
  for (let y = first; y <= last; y++) {
    const centre = y + 0.5;
    let left = Number.POSITIVE_INFINITY;
    let right = Number.NEGATIVE_INFINITY;
    const meet = (p: Corner, q: Corner): void => {
      if (p.y <= centre === q.y <= centre) return;
      const x =
        p.y < q.y
          ? p.x + ((centre - p.y) * (q.x - p.x)) / (q.y - p.y)
          : q.x + ((centre - q.y) * (p.x - q.x)) / (p.y - q.y);
      left = Math.min(left, x);
      right = Math.max(right, x);
    };
    meet(a, b);
    meet(b, c);
    meet(c, a);
    const from = Math.max(0, Math.ceil(left - 0.5));
    const to = Math.min(width, Math.ceil(right - 0.5));
    if (from >= to) continue;
    const [dx, dy] = [from + 0.5 - a.x, centre - a.y];
    fillSpan(brush, {
      at: y * width + from,
      count: to - from,
      u: a.u + dx * ux + dy * uy,
      v: a.v + dx * vx + dy * vy,
      light: a.light + dx * lx + dy * ly,
      ux,
      vx,
      lx,
    });
  }
}

interface Span {
  readonly at: number;
  readonly count: number;
  readonly u: number;
  readonly v: number;
  readonly light: number;
  readonly ux: number;
  readonly vx: number;
  readonly lx: number;
}

function fillSpan({ canvas, level, id, opacity, shadow }: Brush, span: Span): void {
  const { data: out, ids } = canvas;
  const { width, height, data: texels } = level;
  let { at, u, v } = span;
  let light = span.light * 256;
  const lightStep = span.lx * 256;
  for (let left = span.count; left > 0; left--, at++, u += span.ux, v += span.vx, light += lightStep) {
    const cu = u < 0 ? 0 : u > width - 1.001 ? width - 1.001 : u;
    const cv = v < 0 ? 0 : v > height - 1.001 ? height - 1.001 : v;
    const column = cu | 0;
    const row = cv | 0;
    const fu = ((cu - column) * 256) | 0;
    const fv = ((cv - row) * 256) | 0;
    const w3 = (fu * fv) >> 8;
    const w1 = fu - w3;
    const w2 = fv - w3;
    const w0 = 256 - fu - fv + w3;
    const p0 = (row * width + column) * 4;
    const p2 = p0 + width * 4;
    const alpha =
      (((texels[p0 + 3]! * w0 + texels[p0 + 7]! * w1 + texels[p2 + 3]! * w2 + texels[p2 + 7]! * w3) >> 8) * opacity) >>
      8;
    if (alpha === 0) continue;
    const keep = 255 - alpha;
    const to = at * 3;
    if (shadow) {
      out[to] = (out[to]! * keep) / 255;
      out[to + 1] = (out[to + 1]! * keep) / 255;
      out[to + 2] = (out[to + 2]! * keep) / 255;
      continue;
    }
    const lit = (light * opacity) | 0; // 65,536 means: as it is.
    for (let channel = 0; channel < 3; channel++) {
      const texel =
        (texels[p0 + channel]! * w0 +
          texels[p0 + 4 + channel]! * w1 +
          texels[p2 + channel]! * w2 +
          texels[p2 + 4 + channel]! * w3) >>
        8;
      let value = (texel * lit) >> 16;
      if (keep > 0) value += (out[to + channel]! * keep * 257 + 32_768) >> 16;
      out[to + channel] = value > 255 ? 255 : value;
    }
    if (alpha >= 128) ids[at] = id;
  }
}
