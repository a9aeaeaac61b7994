import { describe, expect, it } from 'vitest';
import { rasteriseSvg } from '../../src/media/rasterise-svg.ts';
import { designGarment, fabrics, prints } from '../../src/synth/garment-design.ts';
import { weaveCloth } from '../../src/synth/garment-fabric.ts';
import { garmentShapes } from '../../src/synth/garment-shape.ts';
import { drawGarment } from '../../src/synth/garment-svg.ts';
import { categories } from '../../src/io/categories.ts';

const seeds = Array.from({ length: 600 }, (_, index) => index + 1);

describe('designGarment', () => {
  it('reaches every shape, fabric and print', () => {
    const designs = seeds.map(designGarment);
    expect(new Set(designs.map(({ shape }) => shape.name))).toEqual(new Set(garmentShapes.map(({ name }) => name)));
    expect(new Set(designs.map(({ fabric }) => fabric))).toEqual(new Set(fabrics));
    expect(new Set(designs.map(({ print }) => print))).toEqual(new Set(prints));
  });

  it('labels every shape with a category of the data layout', () => {
    expect(garmentShapes.filter(({ label }) => !(categories as readonly string[]).includes(label))).toEqual([]);
  });
});

describe('drawGarment', () => {
  it('gives the same text for the same seed, and others for others', () => {
    expect(drawGarment(12)).toMatchObject({ svg: drawGarment(12).svg });
    expect(new Set(seeds.slice(0, 60).map((seed) => drawGarment(seed).svg)).size).toBe(60);
  });

  it('writes finite numbers only', () => {
    for (const seed of seeds.slice(0, 120)) expect(drawGarment(seed).svg).not.toMatch(/NaN|undefined|Infinity/);
  });

  it.each(prints)('draws %s as pixels that fill a good part of the picture', async (print) => {
    const seed = seeds.find((candidate) => designGarment(candidate).print === print) ?? 0;
    const { svg, width, height } = drawGarment(seed);
    expect(Math.max(width, height)).toBe(560);
    const { data } = await rasteriseSvg(svg, { width, height });
    const solid = data.filter((value, index) => index % 4 === 3 && value >= 128).length / (width * height);
    expect(solid).toBeGreaterThan(0.2);
    expect(solid).toBeLessThan(0.95);
  });
});

describe('weaveCloth', () => {
  const design = designGarment(3);
  const width = 60;
  const height = 80;
  const paint = { width, height, data: new Uint8Array(width * height * 4) };
  for (let y = 20; y < 60; y++) for (let x = 15; x < 45; x++) paint.data.set([120, 120, 120, 255], (y * width + x) * 4);

  it('gives the same pixels for the same design', () => {
    expect(weaveCloth(paint, design).data).toEqual(weaveCloth(paint, design).data);
    expect(weaveCloth(paint, designGarment(4)).data).not.toEqual(weaveCloth(paint, design).data);
  });

  it('lights the cloth and leaves what is far from it transparent', () => {
    const { data } = weaveCloth(paint, design);
    const inner = Array.from({ length: 16 }, (_, index) => data[((32 + index) * width + 24) * 4] ?? 0);
    expect(new Set(inner).size).toBeGreaterThan(3);
    expect(Math.min(...inner)).toBeGreaterThan(40);
    expect(data[3]).toBe(0);
    expect(data[((height - 1) * width + width - 1) * 4 + 3]).toBe(0);
  });
});
