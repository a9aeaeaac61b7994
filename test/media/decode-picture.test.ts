import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { crc32, deflateSync } from 'node:zlib';
import sharp, { type Sharp } from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type RgbImage } from '../../src/core/rgb-image.ts';
import { decodePicture } from '../../src/media/decode-picture.ts';

const [width, height] = [48, 32];
const red = [200, 60, 50];
const green = [70, 160, 80];
const blue = [60, 80, 170];
const grey = [128, 128, 128];

let folder = '';
let path = '';

/** Four fields: red and green above, blue and grey below. */
function fields(colours: readonly (readonly number[])[] = [red, green, blue, grey]): Sharp {
  const data = Uint8Array.from({ length: width * height * 3 }, (_, i) => {
    const [x, y] = [Math.floor(i / 3) % width, Math.floor(i / 3 / width)];
    return colours[(y < height / 2 ? 0 : 2) + (x < width / 2 ? 0 : 1)]?.[i % 3] ?? 0;
  });
  return sharp(data, { raw: { width, height, channels: 3 } });
}

/** Colours of the middles of the four fields. */
function middles({ width, height, data }: RgbImage): readonly (readonly number[])[] {
  return [0.25, 0.75].flatMap((y) =>
    [0.25, 0.75].map((x) => {
      const i = (Math.floor(y * height) * width + Math.floor(x * width)) * 3;
      return Array.from(data.subarray(i, i + 3));
    }),
  );
}

function expectColours(image: RgbImage, wanted: readonly (readonly number[])[], tolerance: number): void {
  const found = middles(image);
  const differences = wanted.flatMap((colour, i) =>
    colour.map((level, c) => Math.abs(level - (found[i]?.[c] ?? -999))),
  );
  expect(Math.max(...differences)).toBeLessThanOrEqual(tolerance);
}

async function decode(bytes: Uint8Array): Promise<RgbImage> {
  await writeFile(path, bytes);
  return decodePicture(path);
}

function chunk(name: string, content: Uint8Array): Buffer {
  const body = Buffer.concat([Buffer.from(name), content]);
  const [length, sum] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(content.length);
  sum.writeUInt32BE(crc32(body));
  return Buffer.concat([length, body, sum]);
}

/** A sound PNG header that promises more pixels than anybody has memory for. */
function hugePng(side: number): Buffer {
  const size = Buffer.from([0, 0, 0, 0, 0, 0, 0, 0, 8, 2, 0, 0, 0]);
  size.writeUInt32BE(side, 0);
  size.writeUInt32BE(side, 4);
  const signature = Buffer.from([137, 80, 78, 71, 13, 10, 26, 10]);
  const pixels = chunk('IDAT', deflateSync(Buffer.alloc(1000)));
  return Buffer.concat([signature, chunk('IHDR', size), pixels, chunk('IEND', Buffer.alloc(0))]);
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'vitrine-picture-'));
  path = join(folder, '0.jpg');
});
afterAll(() => rm(folder, { recursive: true }));

describe('decodePicture', () => {
  it.each<{ format: string; encode: (picture: Sharp) => Sharp; tolerance: number }>([
    { format: 'JPEG', encode: (p) => p.jpeg({ quality: 95 }), tolerance: 4 },
    { format: 'progressive JPEG', encode: (p) => p.jpeg({ quality: 95, progressive: true }), tolerance: 4 },
    {
      format: 'JPEG without subsampling',
      encode: (p) => p.jpeg({ quality: 95, chromaSubsampling: '4:4:4' }),
      tolerance: 4,
    },
    { format: 'CMYK JPEG', encode: (p) => p.toColourspace('cmyk').jpeg({ quality: 95 }), tolerance: 25 },
    { format: 'JPEG in Display P3', encode: (p) => p.withIccProfile('p3').jpeg({ quality: 95 }), tolerance: 5 },
    { format: 'PNG', encode: (p) => p.png(), tolerance: 0 },
    { format: 'PNG with an opaque alpha', encode: (p) => p.ensureAlpha().png(), tolerance: 0 },
    { format: 'PNG with a palette', encode: (p) => p.png({ palette: true, dither: 0 }), tolerance: 3 },
    { format: 'interlaced PNG', encode: (p) => p.png({ progressive: true }), tolerance: 0 },
    { format: '16-bit PNG', encode: (p) => p.toColourspace('rgb16').png(), tolerance: 1 },
    { format: 'lossless WebP', encode: (p) => p.webp({ lossless: true }), tolerance: 0 },
    { format: 'WebP', encode: (p) => p.webp({ quality: 95 }), tolerance: 6 },
    { format: 'GIF', encode: (p) => p.gif({ dither: 0 }), tolerance: 6 },
    { format: 'AVIF', encode: (p) => p.avif({ quality: 90 }), tolerance: 6 },
    { format: 'TIFF', encode: (p) => p.tiff({ compression: 'lzw' }), tolerance: 0 },
  ])('makes the same RGB of $format under a .jpg name', async ({ encode, tolerance }) => {
    const image = await decode(await encode(fields()).toBuffer());
    expect([image.width, image.height]).toEqual([width, height]);
    expect(image.data.buffer.byteLength).toBe(width * height * 3);
    expectColours(image, [red, green, blue, grey], tolerance);
  });

  it.each<{ format: string; encode: (picture: Sharp) => Sharp }>([
    { format: 'grey JPEG', encode: (p) => p.jpeg({ quality: 100 }) },
    { format: 'grey PNG', encode: (p) => p.png() },
    { format: 'grey PNG with alpha', encode: (p) => p.ensureAlpha().png() },
    { format: '16-bit grey PNG', encode: (p) => p.toColourspace('grey16').png() },
  ])('makes equal channels of $format', async ({ encode }) => {
    const levels = [20, 90, 170, 240].map((level) => [level, level, level]);
    const image = await decode(await encode(fields(levels).toColourspace('b-w')).toBuffer());
    expect(image.data.length).toBe(width * height * 3);
    expectColours(image, levels, 2);
  });

  it('shows white through what is transparent, in part as well', async () => {
    const alpha = Uint8Array.from({ length: width * height * 4 }, (_, i) => {
      if (i % 4 < 3) return 0;
      return Math.floor(i / 4) % width < width / 2 ? 0 : 128;
    });
    const image = await decode(
      await sharp(alpha, { raw: { width, height, channels: 4 } })
        .png()
        .toBuffer(),
    );
    expectColours(
      image,
      [
        [255, 255, 255],
        [127, 127, 127],
        [255, 255, 255],
        [127, 127, 127],
      ],
      1,
    );
  });

  it.each([
    { orientation: 1, wanted: [red, green, blue, grey] },
    { orientation: 2, wanted: [green, red, grey, blue] },
    { orientation: 3, wanted: [grey, blue, green, red] },
    { orientation: 4, wanted: [blue, grey, red, green] },
    { orientation: 5, wanted: [red, blue, green, grey] },
    { orientation: 6, wanted: [blue, red, grey, green] },
    { orientation: 7, wanted: [grey, green, blue, red] },
    { orientation: 8, wanted: [green, grey, red, blue] },
  ])('turns EXIF orientation $orientation upright', async ({ orientation, wanted }) => {
    const image = await decode(await fields().withMetadata({ orientation }).jpeg({ quality: 95 }).toBuffer());
    expect([image.width, image.height]).toEqual(orientation < 5 ? [width, height] : [height, width]);
    expectColours(image, wanted, 4);
  });

  it('takes the first picture of an animation', async () => {
    const frames = [red, blue].map((colour) => {
      const [r, g, b] = colour;
      return { create: { width, height, channels: 3 as const, background: { r: r ?? 0, g: g ?? 0, b: b ?? 0 } } };
    });
    const pages = await Promise.all(frames.map((frame) => sharp(frame).png().toBuffer()));
    const image = await decode(
      await sharp(pages, { join: { animated: true } })
        .webp({ lossless: true })
        .toBuffer(),
    );
    expect([image.width, image.height]).toEqual([width, height]);
    expectColours(image, [red, red, red, red], 0);
  });

  it('forgives bytes between two markers, as other readers do', async () => {
    const bytes = await fields().jpeg({ quality: 95 }).toBuffer();
    const at = bytes.indexOf(Buffer.from([0xff, 0xda]));
    const odd = Buffer.concat([bytes.subarray(0, at), Buffer.from([1, 2, 3]), bytes.subarray(at)]);
    expectColours(await decode(odd), [red, green, blue, grey], 4);
  });

  it('sees a file that was written anew', async () => {
    expectColours(await decode(await fields().png().toBuffer()), [red, green, blue, grey], 0);
    expectColours(await decode(await fields([grey, blue, green, red]).png().toBuffer()), [grey, blue, green, red], 0);
  });

  it.each<{ what: string; bytes: () => Promise<Uint8Array> | Uint8Array; why: RegExp }>([
    { what: 'an empty file', bytes: () => new Uint8Array(), why: /the file is empty/u },
    { what: 'text', bytes: () => Buffer.from('not a picture'), why: /unsupported image format/u },
    {
      what: 'half a JPEG',
      bytes: async () => half(await noise().jpeg().toBuffer()),
      why: /: its pixels are damaged, or the file is cut short$/u,
    },
    {
      what: 'half a PNG',
      bytes: async () => half(await noise().png().toBuffer()),
      why: /: its pixels are damaged, or the file is cut short$/u,
    },
    {
      what: 'half a WebP',
      bytes: async () => half(await noise().webp().toBuffer()),
      why: /: Input buffer has corrupt header$/u,
    },
    { what: 'a promise of 900 million pixels', bytes: () => hugePng(30_000), why: /pixel limit/u },
    { what: 'a PNG whose pixels are missing', bytes: () => hugePng(500), why: /cut short$/u },
  ])('refuses $what with its path and the reason', async ({ bytes, why }) => {
    await writeFile(path, await bytes());
    const refusal = { code: 'picture-unreadable', path, message: expect.stringMatching(why) };
    await expect(decodePicture(path)).rejects.toMatchObject(refusal);
    await expect(decodePicture(path)).rejects.toThrow(`Cannot read the picture ${path}: `);
  });

  it('refuses a path where there is nothing, and a folder', async () => {
    await expect(decodePicture(join(folder, 'no.jpg'))).rejects.toMatchObject({ code: 'picture-unreadable' });
    await expect(decodePicture(folder)).rejects.toMatchObject({ code: 'picture-unreadable', path: folder });
  });

  it('throws the reason of a signal, before and while it reads', async () => {
    await writeFile(path, await fields().png().toBuffer());
    await expect(decodePicture(path, { signal: AbortSignal.abort(new Error('before')) })).rejects.toThrow('before');
    const controller = new AbortController();
    const pending = decodePicture(path, { signal: controller.signal });
    controller.abort(new Error('while'));
    await expect(pending).rejects.toThrow('while');
  });

  it('asks for the bytes before it decodes, and throws a refusal as it is', async () => {
    await writeFile(path, await fields().withMetadata({ orientation: 6 }).jpeg().toBuffer());
    const asked: number[] = [];
    await decodePicture(path, { reserve: async (bytes) => void asked.push(bytes) });
    expect(asked).toEqual([width * height * 3]);
    const refused = new RangeError('no room');
    await expect(decodePicture(path, { reserve: () => Promise.reject(refused) })).rejects.toBe(refused);
  });
});

function half(bytes: Buffer): Buffer {
  return bytes.subarray(0, Math.floor(bytes.length / 2));
}

function noise(): Sharp {
  const data = Uint8Array.from({ length: 200 * 200 * 3 }, (_, i) => (i * 7919 + ((i * i) % 251) * 31) % 256);
  return sharp(data, { raw: { width: 200, height: 200, channels: 3 } });
}
