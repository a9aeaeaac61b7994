import { mkdir, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { decodePicture } from '../../src/media/decode-picture.ts';
import { writePicture } from '../../src/media/write-picture.ts';
import { referencePicture } from './reference-picture.ts';

const picture = referencePicture();
let folder = '';
const at = (name: string): string => join(folder, name);

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'vitrine-write-'));
});
afterEach(() => rm(folder, { recursive: true }));

describe('writePicture', () => {
  it('writes a PNG that holds the very pixels', async () => {
    await writePicture(at('a.png'), picture);
    const { width, height, data } = await decodePicture(at('a.png'));
    expect([width, height]).toEqual([picture.width, picture.height]);
    expect(Buffer.compare(data, picture.data)).toBe(0);
    expect(await readdir(folder)).toEqual(['a.png']);
  });

  it('keeps the alpha of a PNG', async () => {
    const data = new Uint8Array([255, 0, 0, 255, 0, 255, 0, 128, 9, 8, 7, 1]);
    await writePicture(at('a.png'), { width: 3, height: 1, data });
    const { data: found, info } = await sharp(at('a.png')).raw().toBuffer({ resolveWithObject: true });
    expect(info.channels).toBe(4);
    expect([...found]).toEqual([...data]);
  });

  it.each([
    { options: {}, subsampling: '4:2:0' },
    { options: { chroma: '4:4:4' } as const, subsampling: '4:4:4' },
  ])('writes a JPEG with colour $subsampling for $options', async ({ options, subsampling }) => {
    await writePicture(at('a.jpg'), picture, options);
    expect((await sharp(at('a.jpg')).metadata()).chromaSubsampling).toBe(subsampling);
  });

  it.each(['a.jpg', 'b.JPEG'])('writes a JPEG called %s, close to the pixels', async (name) => {
    const flat = { width: 20, height: 10, data: new Uint8Array(600).map((_, i) => [180, 90, 40][i % 3] ?? 0) };
    await writePicture(at(name), flat);
    expect((await sharp(at(name)).metadata()).format).toBe('jpeg');
    const [r, g, b] = (await decodePicture(at(name))).data;
    expect([r, g, b].map((level, i) => Math.abs((level ?? 0) - ([180, 90, 40][i] ?? 0)) <= 3)).toEqual([
      true,
      true,
      true,
    ]);
  });

  it('shows white in a JPEG where the picture is transparent', async () => {
    await writePicture(at('a.jpg'), { width: 8, height: 8, data: new Uint8Array(256) });
    expect((await decodePicture(at('a.jpg'))).data.every((level) => level > 250)).toBe(true);
  });

  it('makes a smaller JPEG at a lower quality, and the same bytes at the same one', async () => {
    for (const [name, quality] of [
      ['low', 20],
      ['high', 95],
      ['again', 20],
    ] as const) {
      await writePicture(at(`${name}.jpg`), picture, { quality });
    }
    const [low, high, again] = await Promise.all(['low', 'high', 'again'].map((name) => readFile(at(`${name}.jpg`))));
    expect(low?.length).toBeLessThan((high?.length ?? 0) / 2);
    expect(low?.equals(again ?? Buffer.alloc(0))).toBe(true);
  });

  it('takes the place of an older file', async () => {
    await writePicture(at('a.png'), { width: 1, height: 1, data: new Uint8Array(3) });
    await writePicture(at('a.png'), picture);
    expect((await decodePicture(at('a.png'))).width).toBe(151);
  });

  it('leaves nothing behind where it cannot write', async () => {
    const lost = at('absent/a.png');
    await expect(writePicture(lost, picture)).rejects.toMatchObject({ code: 'file-unwritable', path: lost });
    await mkdir(at('taken.png'));
    const taken = { code: 'file-unwritable', path: at('taken.png') };
    await expect(writePicture(at('taken.png'), picture)).rejects.toMatchObject(taken);
    expect(await readdir(folder)).toEqual(['taken.png']);
  });

  it.each([
    { name: 'a.gif', options: {}, image: picture },
    { name: 'a.jpg', options: { quality: 0 }, image: picture },
    { name: 'a.jpg', options: { quality: 101 }, image: picture },
    { name: 'a.png', options: {}, image: { width: 2, height: 2, data: new Uint8Array(8) } },
  ])('refuses $name with $options', async ({ name, options, image }) => {
    await expect(writePicture(at(name), image, options)).rejects.toThrow(TypeError);
    expect(await readdir(folder)).toEqual([]);
  });
});
