import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { annotateScene, leastSide, leastVisible } from '../../src/synth/annotate-scene.ts';
import { createCanvas } from '../../src/synth/canvas.ts';
import { createGarment } from '../../src/synth/garment.ts';
import { createMesh } from '../../src/synth/mesh.ts';
import { drawGarmentMesh, ownedPixels, type Presence } from '../../src/synth/scene.ts';

const image = { width: 32, height: 32, data: new Uint8Array(32 * 32 * 4).fill(255) };
const garment = createGarment({ kind: 't-shirt', label: '短袖上衣', image });

function put(
  canvas: ReturnType<typeof createCanvas>,
  id: number,
  [x, y, width, height]: readonly [number, number, number, number],
): Presence {
  const mesh = createMesh(16, 16, (u, v) => [x + u * width, y + v * height, 1]);
  return drawGarmentMesh(canvas, mesh, { id, garment, instanceId: id, display: 0, viewpoint: 0 });
}

const rectangle = fc.tuple(
  fc.integer({ min: -30, max: 100 }),
  fc.integer({ min: -30, max: 100 }),
  fc.integer({ min: 10, max: 90 }),
  fc.integer({ min: 10, max: 90 }),
);

describe('annotateScene', () => {
  it('boxes exactly the visible pixels of each garment that can be seen well enough', () => {
    fc.assert(
      fc.property(fc.array(rectangle, { minLength: 1, maxLength: 5 }), (places) => {
        const canvas = createCanvas(120, 110);
        const presences = places.map((place, index) => put(canvas, index + 1, place));
        const annotations = annotateScene(canvas, presences);
        for (const { id, area } of presences) {
          const pixels = [...canvas.ids.entries()].filter(([, owner]) => owner === id).map(([at]) => at);
          const xs = pixels.map((at) => at % 120);
          const ys = pixels.map((at) => Math.floor(at / 120));
          const box = [Math.min(...xs), Math.min(...ys), Math.max(...xs) + 1, Math.max(...ys) + 1] as const;
          const isSeen =
            pixels.length > 0 &&
            pixels.length >= leastVisible * area &&
            box[2] - box[0] >= leastSide &&
            box[3] - box[1] >= leastSide;
          expect(annotations.find(({ instanceId }) => instanceId === id)?.box).toEqual(isSeen ? box : undefined);
        }
      }),
      { numRuns: 60 },
    );
  });

  it('knows how much of a garment is out of the picture', () => {
    const canvas = createCanvas(100, 100);
    const presence = put(canvas, 1, [-60, 10, 100, 60]);
    expect(presence.area).toBeCloseTo(6000, 0);
    const seen = ownedPixels(canvas).get(1)?.count ?? 0;
    expect(seen / presence.area).toBeGreaterThan(0.33);
    expect(seen / presence.area).toBeLessThan(0.42);
  });

  it('keeps what an annotation says', () => {
    const canvas = createCanvas(60, 60);
    const [annotation] = annotateScene(canvas, [put(canvas, 7, [0, 0, 60, 60])]);
    expect(annotation).toEqual({ label: '短袖上衣', viewpoint: 0, display: 0, instanceId: 7, box: annotation?.box });
  });
});
