import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createCanvas } from '../../src/synth/canvas.ts';
import { drawMesh } from '../../src/synth/draw-mesh.ts';
import { createMesh, movedMesh } from '../../src/synth/mesh.ts';
import { createTexture } from '../../src/synth/texture.ts';

/** A texture of one colour without a rim, so that a mesh covers exactly its own area. */
function plain(colour: readonly [number, number, number, number]) {
  const data = new Uint8Array(16 * 16 * 4);
  const [red, green, blue, alpha] = colour;
  for (let at = 0; at < data.length; at += 4)
    data.set([(red * alpha) / 255, (green * alpha) / 255, (blue * alpha) / 255, alpha], at);
  return { width: 16, height: 16, levels: [{ width: 16, height: 16, data }] } as const;
}

const rectangle = (x: number, y: number, width: number, height: number, light = 1, cells = 3) =>
  createMesh(cells, cells, (u, v) => [x + u * width, y + v * height, light]);

describe('drawMesh', () => {
  it('covers each pixel of a rectangle once, whatever the grid', () => {
    const canvas = createCanvas(40, 30);
    drawMesh(canvas, plain([200, 100, 50, 128]), rectangle(5, 4, 20, 10, 1, 7), { id: 9 });
    const covered = canvas.ids.filter((id) => id === 9).length;
    expect(covered).toBe(200);
    // Half of the colour, once: a pixel drawn twice would be lighter.
    expect(new Set(canvas.data.filter((_, index) => index % 3 === 0))).toEqual(new Set([0, 100]));
  });

  it('fills turned grids without gaps and without drawing anything twice', () => {
    fc.assert(
      fc.property(fc.double({ min: 0, max: 6.3, noNaN: true }), fc.integer({ min: 1, max: 9 }), (angle, cells) => {
        const canvas = createCanvas(64, 64);
        const mesh = createMesh(cells, cells, (u, v) => {
          const [dx, dy] = [(u - 0.5) * 40, (v - 0.5) * 40];
          return [
            32 + dx * Math.cos(angle) - dy * Math.sin(angle),
            32 + dx * Math.sin(angle) + dy * Math.cos(angle),
            1,
          ];
        });
        drawMesh(canvas, plain([255, 255, 255, 128]), mesh, { id: 1 });
        const reds = canvas.data.filter((_, index) => index % 3 === 0);
        expect(Math.max(...reds)).toBeLessThanOrEqual(129);
        expect(Math.abs(canvas.ids.filter((id) => id === 1).length - 1600)).toBeLessThan(60);
      }),
      { numRuns: 40 },
    );
  });

  it('lights by the vertices and never beyond white', () => {
    const canvas = createCanvas(4, 1);
    drawMesh(
      canvas,
      plain([100, 200, 100, 255]),
      createMesh(1, 1, (u, v) => [u * 4, v, u < 0.5 ? 0.5 : 1.5]),
    );
    expect([...canvas.data].filter((_, index) => index % 3 === 0).map((value) => value > 50)).toEqual([
      true,
      true,
      true,
      true,
    ]);
    expect(canvas.data[0] ?? 0).toBeLessThan(canvas.data[9] ?? 0);
    drawMesh(canvas, plain([200, 200, 200, 255]), rectangle(0, 0, 4, 1, 9));
    expect([...canvas.data]).toEqual(Array.from({ length: 12 }, () => 255));
  });

  it('changes the owner of what it covers by half, and of nothing else', () => {
    const canvas = createCanvas(10, 10);
    drawMesh(canvas, plain([9, 9, 9, 255]), rectangle(0, 0, 10, 10), { id: 1 });
    drawMesh(canvas, plain([9, 9, 9, 100]), rectangle(0, 0, 5, 10), { id: 2 });
    drawMesh(canvas, plain([9, 9, 9, 200]), rectangle(5, 0, 5, 5));
    expect([1, 1, 0]).toEqual([canvas.ids[0], canvas.ids[99], canvas.ids[9]]);
  });

  it('darkens for a shadow and leaves the owner', () => {
    const canvas = createCanvas(10, 10);
    canvas.data.fill(200);
    drawMesh(canvas, plain([255, 255, 255, 255]), rectangle(0, 0, 5, 10), { shadow: 0, opacity: 0.5 });
    expect(canvas.data[0]).toBeLessThan(110);
    expect(canvas.data[297]).toBe(200);
    expect(canvas.ids.some((id) => id !== 0)).toBe(false);
  });

  it('stays inside the canvas', () => {
    const canvas = createCanvas(8, 8);
    drawMesh(canvas, plain([255, 255, 255, 255]), rectangle(-20, -20, 60, 60), { id: 3 });
    expect(canvas.ids.every((id) => id === 3)).toBe(true);
    drawMesh(canvas, plain([0, 0, 0, 255]), movedMesh(rectangle(0, 0, 8, 8), 100, 0), { id: 4 });
    expect(canvas.ids.every((id) => id === 3)).toBe(true);
  });

  it('takes a smaller level of a texture that is drawn small', () => {
    const image = { width: 64, height: 64, data: new Uint8Array(64 * 64 * 4) };
    for (let at = 0; at < 64 * 64; at++)
      image.data.set((at + (at >> 6)) % 2 === 0 ? [255, 255, 255, 255] : [0, 0, 0, 255], at * 4);
    const canvas = createCanvas(16, 16);
    drawMesh(canvas, createTexture(image), rectangle(0, 0, 16, 16));
    const inner = canvas.data[(8 * 16 + 8) * 3] ?? 0;
    expect(inner).toBeGreaterThan(110);
    expect(inner).toBeLessThan(145);
  });
});
