import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type RgbImage } from '../../src/core/rgb-image.ts';
import { type CutFrame, pixelBytes, type PixelsFormat } from '../../src/media/cut-frame.ts';
import { createFrameDecoder } from '../../src/media/cut-frame-decoder.ts';
import { type CutFramesOptions } from '../../src/media/cut-frames.ts';
import { decodeClip } from '../../src/media/decode-clip.ts';
import { type Ffmpeg, findFfmpeg } from '../../src/media/find-ffmpeg.ts';
import { cutAll, ffmpegOutput, joined } from './made-stream.ts';
import { childProcesses, until } from './numbered-clip.ts';

const bundled = await findFfmpeg({ env: {} });
const preferred = await findFfmpeg();
/** The binary that comes along, and a newer one where the machine has it. */
const binaries: readonly Ffmpeg[] = preferred.path === bundled.path ? [bundled] : [bundled, preferred];
const clip = fileURLToPath(new URL('../../fixtures/shop/video/000002.mp4', import.meta.url));
const count = 3;
const [width, height] = [540, 960];
let folder = '';

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'vitrine-decoder-'));
});
afterAll(() => rm(folder, { recursive: true }));
afterEach(async () => {
  const left = process.platform === 'linux' ? await childProcesses() : [];
  if (left.length > 0) throw new Error(`The test left processes behind: ${left.join(', ')}`);
});

/** The frames of a clip as the main job sees them. */
async function clipFrames(ffmpeg: Ffmpeg, path = clip): Promise<readonly RgbImage[]> {
  const images = [];
  for await (const { image } of decodeClip(path, { ffmpeg, frames: { first: 0, step: 1, last: count - 1 } }))
    images.push(image);
  return images;
}

async function clipAs(ffmpeg: Ffmpeg, ...args: readonly string[]): Promise<Uint8Array> {
  return ffmpegOutput(ffmpeg, ['-i', clip, '-frames:v', `${count}`, '-strict', '-1', ...args]);
}

async function decodeAll(ffmpeg: Ffmpeg, bytes: Uint8Array, options?: CutFramesOptions): Promise<readonly RgbImage[]> {
  await using decoder = createFrameDecoder(ffmpeg);
  const images = [];
  for (const frame of (await cutAll(bytes, options)).frames) images.push(await decoder.decode(frame));
  return images;
}

/** What ffmpeg itself makes of a stream. */
async function ownFrames(
  ffmpeg: Ffmpeg,
  bytes: Uint8Array,
  input: readonly string[] = [],
): Promise<readonly RgbImage[]> {
  const pixels = await ffmpegOutput(ffmpeg, [...input, '-i', 'pipe:0', '-pix_fmt', 'rgb24', '-f', 'rawvideo'], bytes);
  const frame = width * height * 3;
  return Array.from({ length: pixels.length / frame }, (_, i) => ({
    width,
    height,
    data: pixels.slice(i * frame, (i + 1) * frame),
  }));
}

/** Greatest and mean difference of the first frames. */
function difference(
  [a]: readonly RgbImage[],
  [b]: readonly RgbImage[],
): { readonly max: number; readonly mean: number } {
  let [max, sum] = [0, 0];
  for (const [i, level] of a!.data.entries()) {
    const off = Math.abs(level - b!.data[i]!);
    max = Math.max(max, off);
    sum += off;
  }
  return { max, mean: sum / a!.data.length };
}

/** Whether two lists of frames are equal byte for byte; `toEqual` on a million numbers takes seconds. */
function expectSame(seen: readonly RgbImage[], wanted: readonly RgbImage[]): void {
  expect(seen.map((image) => [image.width, image.height])).toEqual(wanted.map((image) => [image.width, image.height]));
  expect(seen.map(({ data }, i) => Buffer.compare(data, wanted[i]!.data))).toEqual(wanted.map(() => 0));
}

describe.each(binaries)('createFrameDecoder with ffmpeg $version', (ffmpeg) => {
  it.each(['rgb24', 'bgr24', 'yuv420p'] as const)('gives the pixels of decodeClip for bare %s', async (pixelFormat) => {
    const bytes = await clipAs(ffmpeg, '-pix_fmt', pixelFormat, '-f', 'rawvideo');
    expectSame(await decodeAll(ffmpeg, bytes, { raw: { width, height, pixelFormat } }), await clipFrames(ffmpeg));
  });

  it.each([
    { what: 'YUV4MPEG2 4:2:0', args: ['-pix_fmt', 'yuv420p', '-f', 'yuv4mpegpipe'] },
    { what: 'PNG', args: ['-c:v', 'png', '-f', 'image2pipe'] },
    { what: 'PPM', args: ['-c:v', 'ppm', '-f', 'image2pipe'] },
  ])('gives the pixels of decodeClip for $what', async ({ args }) => {
    expectSame(await decodeAll(ffmpeg, await clipAs(ffmpeg, ...args)), await clipFrames(ffmpeg));
  });

  it.each([
    { pixelFormat: 'yuv420p' },
    { pixelFormat: 'yuv422p' },
    { pixelFormat: 'yuv444p' },
    { pixelFormat: 'gray' },
    { pixelFormat: 'yuvj420p' },
    { pixelFormat: 'yuvj422p' },
    { pixelFormat: 'yuvj444p' },
  ])('gives the pixels that ffmpeg gives for YUV4MPEG2 of $pixelFormat', async ({ pixelFormat }) => {
    const bytes = await clipAs(ffmpeg, '-pix_fmt', pixelFormat, '-f', 'yuv4mpegpipe');
    const seen = await decodeAll(ffmpeg, bytes);
    expect(seen).toHaveLength(count);
    expectSame(seen, await ownFrames(ffmpeg, bytes));
  });

  it.each(['nv12', 'yuv422p', 'yuv444p', 'gray'] as const)(
    'gives the pixels that ffmpeg gives for bare %s',
    async (pixelFormat) => {
      const bytes = await clipAs(ffmpeg, '-pix_fmt', pixelFormat, '-f', 'rawvideo');
      const input = ['-f', 'rawvideo', '-pix_fmt', pixelFormat, '-s', `${width}x${height}`];
      expectSame(
        await decodeAll(ffmpeg, bytes, { raw: { width, height, pixelFormat } }),
        await ownFrames(ffmpeg, bytes, input),
      );
    },
  );

  it.each([
    { what: 'YUV4MPEG2', args: ['-pix_fmt', 'yuv444p', '-f', 'yuv4mpegpipe'], raw: undefined },
    { what: 'bare yuv444p', args: ['-pix_fmt', 'yuv444p', '-f', 'rawvideo'], raw: 'yuv444p' as const },
    { what: 'bare rgb24', args: ['-pix_fmt', 'rgb24', '-f', 'rawvideo'], raw: 'rgb24' as const },
  ])('gives the pixels of decodeClip for a clip of 4:4:4 as $what', async ({ args, raw }) => {
    const path = join(folder, 'whole-colour.mp4');
    const options = ['-vf', 'hue=h=40', '-pix_fmt', 'yuv444p', '-c:v', 'libx264', '-f', 'mp4'];
    await writeFile(path, await clipAs(ffmpeg, ...options, '-movflags', 'frag_keyframe+empty_moov'));
    const bytes = await ffmpegOutput(ffmpeg, ['-i', path, ...args]);
    const seen = await decodeAll(ffmpeg, bytes, raw && { raw: { width, height, pixelFormat: raw } });
    expectSame(seen, await clipFrames(ffmpeg, path));
  });

  it('respects the matrix', async () => {
    const args = ['-vf', 'scale=out_color_matrix=bt709', '-pix_fmt', 'yuv444p', '-f', 'yuv4mpegpipe'];
    const bytes = await clipAs(ffmpeg, ...args);
    const wanted = await clipFrames(ffmpeg);
    const right = difference(await decodeAll(ffmpeg, bytes, { matrix: 'bt709' }), wanted);
    const wrong = difference(await decodeAll(ffmpeg, bytes), wanted);
    expect(right.mean).toBeLessThan(2);
    expect(wrong.mean).toBeGreaterThan(right.mean + 1);
  });

  it('is near decodeClip where colour was enlarged, and nearer where its samples were repeated', async () => {
    const args = ['-pix_fmt', 'yuv444p', '-f', 'yuv4mpegpipe'];
    const wanted = await clipFrames(ffmpeg);
    const smooth = difference(await decodeAll(ffmpeg, await clipAs(ffmpeg, ...args)), wanted);
    const repeated = await clipAs(ffmpeg, '-sws_flags', 'neighbor', ...args);
    const plain = difference(await decodeAll(ffmpeg, repeated), wanted);
    expect(smooth.mean).toBeLessThan(2);
    expect(plain.max).toBeLessThanOrEqual(3);
  });

  it('gives each frame before it gets the next', async () => {
    const bytes = await clipAs(ffmpeg, '-pix_fmt', 'nv12', '-f', 'rawvideo');
    const { frames } = await cutAll(bytes, { raw: { width, height, pixelFormat: 'nv12' } });
    await using decoder = createFrameDecoder(ffmpeg);
    const images: RgbImage[] = [];
    for (const frame of [...frames, ...frames]) images.push(await decoder.decode(frame));
    expectSame(images.slice(0, count), images.slice(count));
    expect(Buffer.compare(images[0]!.data, images[2]!.data)).not.toBe(0);
  });
});

const yuv = (sides: { readonly width: number; readonly height: number }, level: number): CutFrame => {
  const format: PixelsFormat = { kind: 'raw', ...sides, pixelFormat: 'yuv420p', range: 'limited', matrix: 'bt601' };
  return { index: 0, seconds: 0, data: new Uint8Array(pixelBytes(format)).fill(level), format };
};

describe('createFrameDecoder', () => {
  it('reads JPEG as it reads picture files, near to what ffmpeg makes of it', async () => {
    const bytes = await clipAs(bundled, '-c:v', 'mjpeg', '-q:v', '2', '-pix_fmt', 'yuvj420p', '-f', 'image2pipe');
    const seen = await decodeAll(bundled, bytes);
    const [first] = (await cutAll(bytes)).frames;
    const { data } = await sharp(first!.data).raw().toBuffer({ resolveWithObject: true });
    expect(Buffer.compare(seen[0]!.data, data)).toBe(0);
    expect(difference(seen, await ownFrames(bundled, bytes)).mean).toBeLessThan(1.5);
  });

  it('spreads grey over three colours, and stretches it where it says that it is limited', async () => {
    const frame = new Uint8Array([16, 126, 235, 64]);
    const y4m = (range: string): Uint8Array => joined(`YUV4MPEG2 W4 H1 Cmono${range}\nFRAME\n`, frame);
    const levels = async (bytes: Uint8Array): Promise<readonly (number | undefined)[]> => {
      const [image] = await decodeAll(bundled, bytes);
      return [0, 3, 5, 8].map((i) => image?.data[i]);
    };
    expect(await levels(y4m(''))).toEqual([16, 126, 126, 235]);
    expect(await levels(joined('P5 4 1 255\n', frame))).toEqual([16, 126, 126, 235]);
    expect(await levels(y4m(' XCOLORRANGE=LIMITED'))).toEqual([0, 128, 128, 255]);
  });

  it.each([
    { width: 7, height: 5 },
    { width: 1, height: 1 },
    { width: 1921, height: 3 },
  ])('takes odd sizes: $width x $height', async (sides) => {
    await using decoder = createFrameDecoder(bundled);
    const image = await decoder.decode(yuv(sides, 128));
    expect({ width: image.width, height: image.height }).toEqual(sides);
    expect(new Set(image.data)).toEqual(new Set([130]));
  });

  it.runIf(process.platform === 'linux')('keeps its ffmpeg while the size stays, and has one at most', async () => {
    await using decoder = createFrameDecoder(bundled);
    expect(await childProcesses()).toEqual([]);
    await decoder.decode(yuv({ width: 8, height: 8 }, 50));
    const first = await childProcesses();
    await decoder.decode(yuv({ width: 8, height: 8 }, 60));
    expect(await childProcesses()).toEqual(first);
    await decoder.decode(yuv({ width: 8, height: 6 }, 60));
    expect(await childProcesses()).toHaveLength(1);
    expect(await childProcesses()).not.toEqual(first);
  });

  it.runIf(process.platform === 'linux')(
    'goes on with another ffmpeg when one was killed, having said so',
    async () => {
      await using decoder = createFrameDecoder(bundled);
      await decoder.decode(yuv({ width: 8, height: 8 }, 50));
      const [id] = await childProcesses();
      process.kill(id!, 'SIGKILL');
      await until(async () => (await childProcesses()).length === 0);
      await expect(decoder.decode(yuv({ width: 8, height: 8 }, 50))).rejects.toMatchObject({
        code: 'stream-unreadable',
      });
      expect(await decoder.decode(yuv({ width: 8, height: 8 }, 50))).toMatchObject({ width: 8 });
    },
  );

  it('asks for the bytes of pixels before it takes them', async () => {
    const asked: number[] = [];
    const reserve = async (bytes: number): Promise<void> => void asked.push(bytes);
    await using decoder = createFrameDecoder(bundled);
    await decoder.decode(yuv({ width: 8, height: 6 }, 1), { reserve });
    for (const stream of [
      joined('P6 2 1 255\n', '123456'),
      await sharp({ create: { width: 3, height: 3, channels: 3, background: 'red' } })
        .png()
        .toBuffer(),
    ])
      await decoder.decode((await cutAll(new Uint8Array(stream))).frames[0]!, { reserve });
    expect(asked).toEqual([144, 6, 27]);
    const refuse = (): Promise<void> => Promise.reject(new RangeError('no room'));
    await expect(decoder.decode(yuv({ width: 8, height: 6 }, 1), { reserve: refuse })).rejects.toThrow('no room');
  });

  it('throws the reason when it is aborted while ffmpeg works, and can be used again', async () => {
    await using decoder = createFrameDecoder(bundled);
    const controller = new AbortController();
    const pending = decoder.decode(yuv({ width: 4000, height: 4000 }, 9), { signal: controller.signal });
    setImmediate(() => controller.abort(new Error('enough')));
    await expect(pending).rejects.toThrow('enough');
    expect(await decoder.decode(yuv({ width: 2, height: 2 }, 128))).toMatchObject({ width: 2 });
    await expect(decoder.decode(yuv({ width: 2, height: 2 }, 1), { signal: controller.signal })).rejects.toThrow(
      'enough',
    );
  });

  it('says which picture is broken, and goes on', async () => {
    const bytes = await clipAs(bundled, '-c:v', 'mjpeg', '-f', 'image2pipe');
    const [a, b] = (await cutAll(bytes)).frames;
    const broken = { ...a!, data: a!.data.slice() };
    broken.data.fill(0xfe, 170, 200);
    await using decoder = createFrameDecoder(bundled);
    await expect(decoder.decode(broken)).rejects.toMatchObject({
      code: 'picture-unreadable',
      message: expect.stringContaining('of frame 0'),
    });
    expect(await decoder.decode(b!)).toMatchObject({ width, height });
  });

  it('says when ffmpeg is not there', async () => {
    await using decoder = createFrameDecoder({ ...bundled, path: join(folder, 'no-ffmpeg') });
    await expect(decoder.decode(yuv({ width: 2, height: 2 }, 1))).rejects.toMatchObject({ code: 'ffmpeg-missing' });
  });

  it('is of no use once it was disposed of, and takes data of the right length only', async () => {
    const decoder = createFrameDecoder(bundled);
    await expect(decoder.decode({ ...yuv({ width: 2, height: 2 }, 1), data: new Uint8Array(5) })).rejects.toThrow(
      TypeError,
    );
    await decoder[Symbol.asyncDispose]();
    await expect(decoder.decode(yuv({ width: 2, height: 2 }, 1))).rejects.toThrow(TypeError);
  });
});
