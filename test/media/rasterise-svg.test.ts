import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { rasteriseSvg } from '../../src/media/rasterise-svg.ts';
import { writePicture } from '../../src/media/write-picture.ts';

const svg = (content: string): string => `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 10 10">${content}</svg>`;

describe('rasteriseSvg', () => {
  it('stretches the drawing to the whole size, colours not multiplied by alpha', async () => {
    const image = await rasteriseSvg(
      svg(
        '<rect width="5" height="10" fill="#c86432"/><rect x="5" width="5" height="5" fill="#c86432" opacity="0.5"/>',
      ),
      { width: 80, height: 20 },
    );
    expect([image.width, image.height, image.data.length]).toEqual([80, 20, 6400]);
    expect(image.data.buffer.byteLength).toBe(6400);
    const at = (x: number, y: number): number[] => [...image.data.subarray((y * 80 + x) * 4, (y * 80 + x) * 4 + 4)];
    expect(at(10, 15)).toEqual([200, 100, 50, 255]);
    const [red, green, blue, alpha] = at(60, 4);
    expect([red, green, blue].map((level, i) => Math.abs((level ?? 0) - ([200, 100, 50][i] ?? 0)) <= 3)).toEqual([
      true,
      true,
      true,
    ]);
    expect(Math.abs((alpha ?? 0) - 128)).toBeLessThanOrEqual(1);
    expect(at(60, 15)[3]).toBe(0);
  });

  it('draws sharply at a size far above its own', async () => {
    const { data } = await rasteriseSvg(svg('<rect width="5" height="10"/>'), { width: 1000, height: 1 });
    const soft = Array.from({ length: 1000 }, (_, x) => data[x * 4 + 3] ?? 0).filter(
      (alpha) => alpha > 5 && alpha < 250,
    );
    expect(soft.length).toBeLessThanOrEqual(4);
  });

  it('draws the same pixels each time', async () => {
    const drawing = svg('<circle cx="5" cy="5" r="4" fill="red"/><path d="M0 0 Q5 9 10 0" stroke="blue" fill="none"/>');
    const [first, second] = [
      await rasteriseSvg(drawing, { width: 91, height: 57 }),
      await rasteriseSvg(drawing, { width: 91, height: 57 }),
    ];
    expect(Buffer.compare(second.data, first.data)).toBe(0);
  });

  it('loads no file that the drawing names', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'vitrine-svg-'));
    await writePicture(join(folder, 'a.png'), { width: 1, height: 1, data: new Uint8Array(3) });
    const { data } = await rasteriseSvg(svg(`<image href="file://${folder}/a.png" width="10" height="10"/>`), {
      width: 4,
      height: 4,
    });
    expect(data.every((level) => level === 0)).toBe(true);
    await rm(folder, { recursive: true });
  });

  it.each([
    { text: 'no drawing', width: 4, height: 4 },
    { text: svg(''), width: 0, height: 4 },
    { text: svg(''), width: 4, height: 2.5 },
  ])('refuses $text at $width x $height', async ({ text, width, height }) => {
    await expect(rasteriseSvg(text, { width, height })).rejects.toThrow(TypeError);
  });
});
