import fc from 'fast-check';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { pixelBytes, type PixelFormat } from '../../src/media/cut-frame.ts';
import { cutFrames, type CutFramesOptions } from '../../src/media/cut-frames.ts';
import { findFfmpeg } from '../../src/media/find-ffmpeg.ts';
import { cutAll, ffmpegOutput, inPieces, joined } from './made-stream.ts';
import { writeNumberedClip } from './numbered-clip.ts';

const ffmpeg = await findFfmpeg({ env: {} });
const [width, height, count] = [34, 18, 3];

/** How the real ffmpeg is told to write a stream. */
const pictureArgs = {
  jpeg: ['-c:v', 'mjpeg', '-q:v', '2', '-f', 'image2pipe'],
  png: ['-c:v', 'png', '-f', 'image2pipe'],
  ppm: ['-c:v', 'ppm', '-f', 'image2pipe'],
  pgm: ['-c:v', 'pgm', '-f', 'image2pipe'],
} as const;
const y4mArgs = (pixelFormat: string): readonly string[] => ['-pix_fmt', pixelFormat, '-f', 'yuv4mpegpipe'];
const rawArgs = (pixelFormat: string): readonly string[] => ['-pix_fmt', pixelFormat, '-f', 'rawvideo'];

let folder = '';
/** Bytes by the arguments that made them. */
const made = new Map<string, Uint8Array>();
async function make(args: readonly string[]): Promise<Uint8Array> {
  const key = args.join(' ');
  const bytes = made.get(key) ?? (await ffmpegOutput(ffmpeg, ['-i', join(folder, 'clip.mp4'), ...args]));
  made.set(key, bytes);
  return bytes;
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'vitrine-cut-'));
  await writeNumberedClip(join(folder, 'clip.mp4'), { ffmpeg, frames: count, width, height });
}, 60_000);
afterAll(() => rm(folder, { recursive: true }));

const raws: readonly PixelFormat[] = ['rgb24', 'bgr24', 'nv12', 'yuv420p', 'yuv422p', 'yuv444p', 'gray'];

describe('cutFrames, bytes of the real ffmpeg', () => {
  it.each([
    { made: 'yuv420p', pixelFormat: 'yuv420p', range: 'limited' },
    { made: 'yuv422p', pixelFormat: 'yuv422p', range: 'limited' },
    { made: 'yuv444p', pixelFormat: 'yuv444p', range: 'limited' },
    { made: 'gray', pixelFormat: 'gray', range: 'full' },
    { made: 'yuvj420p', pixelFormat: 'yuv420p', range: 'full' },
    { made: 'yuvj422p', pixelFormat: 'yuv422p', range: 'full' },
    { made: 'yuvj444p', pixelFormat: 'yuv444p', range: 'full' },
  ] as const)('cuts YUV4MPEG2 of $made', async ({ made, pixelFormat, range }) => {
    const bytes = await make([...y4mArgs(made), '-strict', '-1']);
    const { frames, problems } = await cutAll(bytes);
    const format = { kind: 'raw', width, height, pixelFormat, range, matrix: 'bt601' };
    expect(frames.map((frame) => frame.format)).toEqual([format, format, format]);
    expect(frames.map((frame) => frame.seconds)).toEqual([0, 0.04, 0.08]);
    const length = pixelBytes({ width, height, pixelFormat });
    const header = bytes.indexOf(10) + 1;
    for (const { index, data } of frames) {
      const start = header + index * (length + 6) + 6;
      expect(data).toEqual(bytes.slice(start, start + length));
      expect(data.buffer.byteLength).toBe(length);
    }
    expect(problems).toEqual([]);
  });

  it.each(raws)('cuts bare pixels of %s', async (pixelFormat) => {
    const bytes = await make(rawArgs(pixelFormat));
    const { frames, problems } = await cutAll(bytes, { raw: { width, height, pixelFormat, rate: 50 } });
    expect(joined(...frames.map(({ data }) => data))).toEqual(bytes);
    expect(frames.map(({ seconds }) => seconds)).toEqual([0, 0.02, 0.04]);
    expect(problems).toEqual([]);
  });

  it.each(Object.entries(pictureArgs))('cuts %s pictures', async (type, args) => {
    const bytes = await make(args);
    const { frames, problems } = await cutAll(bytes);
    expect(joined(...frames.map(({ data }) => data))).toEqual(bytes);
    const format = { kind: 'picture', type: type === 'pgm' ? 'ppm' : type };
    expect(frames.map(({ index, seconds, format }) => [index, seconds, format])).toEqual([
      [0, undefined, format],
      [1, undefined, format],
      [2, undefined, format],
    ]);
    expect(problems).toEqual([]);
  });

  it('gives pictures times by the rate that it is told, and YUV4MPEG2 that one in place of its own', async () => {
    for (const args of [pictureArgs.png, y4mArgs('yuv420p')]) {
      const { frames } = await cutAll(await make(args), { rate: 8 });
      expect(frames.map(({ seconds }) => seconds)).toEqual([0, 0.125, 0.25]);
    }
  });

  it('gives the same however the stream is cut into chunks', async () => {
    const streams: { readonly bytes: Uint8Array; readonly options?: CutFramesOptions }[] = [
      { bytes: joined(await make(y4mArgs('yuv420p')), 'junk', await make(y4mArgs('yuv444p'))) },
      { bytes: joined('??', await make(pictureArgs.jpeg), 'P6 !', await make(pictureArgs.png)) },
      { bytes: joined(await make(pictureArgs.ppm), 'FRAME', await make(pictureArgs.pgm)).slice(0, -5) },
      { bytes: await make(rawArgs('nv12')), options: { raw: { width, height, pixelFormat: 'nv12' } } },
    ];
    for (const { bytes, options } of streams) {
      const wanted = await cutAll(bytes, options);
      expect(wanted.frames.length).toBeGreaterThanOrEqual(3);
      const lengths = fc.array(fc.integer({ min: 1, max: 900 }), { minLength: 1, maxLength: 40 });
      await fc.assert(
        fc.asyncProperty(lengths, async (lengths) => {
          expect(await cutAll(inPieces(bytes, lengths), options)).toEqual(wanted);
        }),
        { numRuns: 40 },
      );
      expect(await cutAll(inPieces(bytes, [1]), options)).toEqual(wanted);
    }
  });
});

describe('cutFrames, faults', () => {
  it.each([
    { what: 'YUV4MPEG2', args: y4mArgs('yuv420p'), expected: 34 * 18 * 1.5 },
    {
      what: 'bare pixels',
      args: rawArgs('rgb24'),
      raw: { width, height, pixelFormat: 'rgb24' },
      expected: 34 * 18 * 3,
    },
    { what: 'JPEG', args: pictureArgs.jpeg },
    { what: 'PNG', args: pictureArgs.png },
    { what: 'PPM', args: pictureArgs.ppm, expected: 13 + 34 * 18 * 3 },
  ] as const)('gives the frames before half a $what frame at the end', async ({ args, ...rest }) => {
    const options = 'raw' in rest ? { raw: rest.raw } : {};
    const whole = await make(args);
    const { frames } = await cutAll(whole, options);
    const half = Math.floor(frames.at(-1)!.data.length / 2);
    const cut = await cutAll(whole.subarray(0, -half), options);
    expect(cut.frames).toEqual(frames.slice(0, -1));
    const had = frames.at(-1)!.data.length - half;
    expect(cut.problems).toEqual([`truncated before 2: ${had} of ${'expected' in rest ? rest.expected : undefined}`]);
  });

  it.each([
    { what: 'JPEG', args: pictureArgs.jpeg },
    { what: 'PNG', args: pictureArgs.png },
    { what: 'PPM', args: pictureArgs.ppm },
    { what: 'YUV4MPEG2', args: y4mArgs('yuv420p') },
  ])('goes on after garbage between $what frames, and counts it', async ({ args }) => {
    const bytes = await make(args);
    const { frames } = await cutAll(bytes);
    const ends = frames.map(({ data }) => Buffer.from(bytes).indexOf(Buffer.from(data)) + data.length);
    const garbage = 'P6 is not \u0001 FRAMED, nor P5, nor \u0089PNG';
    const length = Buffer.byteLength(garbage);
    const stream = joined(bytes.subarray(0, ends[0]), garbage, bytes.subarray(ends[0], ends[1]), garbage);
    const cut = await cutAll(stream);
    expect(cut.frames).toEqual(frames.slice(0, 2));
    expect(cut.problems).toEqual([`garbage before 1: ${length}`, `garbage before 2: ${length}`]);
  });

  it('finds the next picture wherever one is cut off', async () => {
    for (const args of [pictureArgs.jpeg, pictureArgs.png]) {
      const { frames } = await cutAll(await make(args));
      const [a, b, c] = frames.map(({ data }) => data);
      // In a JPEG, from where its data begins: before that, a length that was cut takes up to 64 KiB along.
      const scan = Math.max(1, Buffer.from(a!).indexOf('ffda', 'hex') + 14);
      for (let kept = scan; kept < a!.length; kept += 1) {
        const cut = await cutAll(joined(a!.subarray(0, kept), b!, c!));
        expect(cut.frames.map(({ data }) => data)).toEqual([b, c]);
        expect(cut.problems).toEqual([`garbage before 0: ${kept}`]);
      }
    }
  });

  it('takes no thumbnail, stuffed byte or restart marker for the end of a JPEG', async () => {
    const thumbnail = joined(new Uint8Array([0xff, 0xd8, 0xff, 0xdb, 0, 3, 9, 0xff, 0xd9]));
    const picture = joined(
      new Uint8Array([0xff, 0xd8, 0xff, 0xff, 0xe1, 0, 2 + thumbnail.length]), // A fill byte, then APP1.
      thumbnail,
      new Uint8Array([0xff, 0xda, 0, 4, 1, 2, 7, 0xff, 0, 0xd9, 0xff, 0xd0, 8, 0xff, 0xd7, 0xff, 0xff, 0, 5]),
      new Uint8Array([0xff, 0xc4, 0, 3, 1, 0xff, 0xda, 0, 3, 1, 6, 0xff, 0xff, 0xd9]), // A second scan.
    );
    const { frames, problems } = await cutAll(joined(picture, picture));
    expect(frames.map(({ data }) => data)).toEqual([picture, picture]);
    expect(problems).toEqual([]);
  });

  it('takes pictures of different sizes and kinds in one stream', async () => {
    const small = await ffmpegOutput(ffmpeg, ['-i', join(folder, 'clip.mp4'), '-s', '8x6', ...pictureArgs.png]);
    const pieces = [await make(pictureArgs.jpeg), small, await make(pictureArgs.ppm)];
    const { frames, problems } = await cutAll(joined(...pieces));
    expect(frames.map(({ format }) => format.kind === 'picture' && format.type)).toEqual(
      ['jpeg', 'png', 'ppm'].flatMap((type) => [type, type, type]),
    );
    expect(problems).toEqual([]);
  });

  it('takes another YUV4MPEG2 header in mid-stream: its size, and its rate from there on', async () => {
    const args = ['-i', join(folder, 'clip.mp4'), '-s', '8x6', '-r', '50', ...y4mArgs('yuv444p')];
    const second = await ffmpegOutput(ffmpeg, args);
    const { frames, problems } = await cutAll(joined(await make(y4mArgs('yuv420p')), second));
    expect(frames.map(({ format }) => format.kind === 'raw' && format.width).slice(0, 6)).toEqual([
      34, 34, 34, 8, 8, 8,
    ]);
    expect(frames.slice(0, 5).map(({ seconds }) => Math.round(seconds! * 1e6) / 1e6)).toEqual([
      0, 0.04, 0.08, 0.12, 0.14,
    ]);
    expect(problems).toEqual([]);
  });

  it('respects what a FRAME line says of the range, for that frame', async () => {
    const frame = (words: string): Uint8Array => joined(`FRAME${words}\n`, new Uint8Array(12));
    const header = 'YUV4MPEG2 W2 H2 F30000:1001 Ip A1:1 C444\n';
    const { frames } = await cutAll(joined(header, frame(' Ixyz XCOLORRANGE=FULL'), frame('')));
    expect(frames.map(({ format }) => format.kind === 'raw' && format.range)).toEqual(['full', 'limited']);
    expect(frames[1]?.seconds).toBe(1001 / 30_000);
  });

  it('leaves the time open where a header does, and takes 4:2:0 for granted', async () => {
    const { frames } = await cutAll(joined('YUV4MPEG2 W3 H3 F0:0\nFRAME\n', new Uint8Array(9 + 8)));
    expect(frames).toMatchObject([{ seconds: undefined, format: { pixelFormat: 'yuv420p', width: 3 } }]);
  });

  it.each([
    { what: 'nothing', stream: '', why: 'no frame came: it was empty' },
    { what: 'only a header', stream: 'YUV4MPEG2 W2 H2 C444\n', why: 'no frame came: it ended after its header' },
    { what: 'half a header', stream: 'YUV4MPEG2 W2 H', why: 'no frame came: it ended after 14 bytes' },
    { what: 'half a signature', stream: 'YUV4', why: 'no frame came: it ended after 4 bytes' },
    {
      what: 'half a frame',
      stream: 'YUV4MPEG2 W2 H2 C444\nFRAME\n1234',
      why: 'it ended after 4 of 12 bytes of the first',
    },
    { what: 'words', stream: 'Hello, how are you?', why: 'understood are YUV4MPEG2, JPEG, PNG, PPM and PGM' },
    { what: 'words', stream: 'Hello\n', why: 'It starts with 48 65 6c 6c 6f 0a "Hello."' },
    {
      what: 'ten bits',
      stream: 'YUV4MPEG2 W2 H2 C420p10 XYSCSS=420P10\n',
      why: 'its colour space is C420p10'.replace('C4', '4'),
    },
    {
      what: 'alpha',
      stream: 'YUV4MPEG2 W2 H2 C444alpha\n',
      why: 'only 420, 422, 444, 420jpeg, 420mpeg2, 420paldv, mono',
    },
    { what: 'an inherited name', stream: 'YUV4MPEG2 W2 H2 CtoString\n', why: 'its colour space is toString' },
    { what: 'no size', stream: 'YUV4MPEG2 H2 C444\n', why: 'it gives no width and height' },
    { what: 'levels of 16 bits', stream: 'P6\n2 2\n65535\n', why: 'levels up to 65535' },
  ])('says what is wrong with $what: $why', async ({ stream, why }) => {
    await expect(cutAll(joined(stream))).rejects.toMatchObject({
      code: 'stream-unreadable',
      message: expect.stringContaining(why),
    });
  });

  it.each([
    { what: 'an MP4 or QuickTime file', format: 'mp4', args: ['-movflags', 'frag_keyframe+empty_moov'] },
    { what: 'a Matroska or WebM file', format: 'matroska', args: [] },
    { what: 'an AVI file', format: 'avi', args: [] },
    { what: 'an FLV file', format: 'flv', args: [] },
    { what: 'an Ogg file', format: 'ogg', args: ['-c:v', 'libtheora'] },
    { what: 'a GIF', format: 'gif', args: [] },
  ])('says that $what is none of frames, and what to do', async ({ what, format, args }) => {
    const bytes = await make(['-frames:v', '2', ...args, '-f', format]);
    await expect(cutAll(bytes)).rejects.toMatchObject({
      code: 'stream-unreadable',
      message: expect.stringContaining(`it is ${what}, and no frames: name the file as the source, or decode it first`),
    });
  });

  it('gives up after 1 MiB without a frame, without reading on', async () => {
    let chunks = 0;
    const noise = (async function* noise() {
      for (;;) {
        chunks += 1;
        yield new Uint8Array(2 ** 16).fill(7);
      }
    })();
    await expect(cutAll(noise)).rejects.toThrow('no frame was found; understood are');
    expect(chunks).toBeLessThanOrEqual(18);
  });

  it.each([
    { what: 'YUV4MPEG2', stream: 'YUV4MPEG2 W10000 H10000 Cmono\nFRAME\n', size: '100000000' },
    { what: 'PPM', stream: 'P6 10000 10000 255\n', size: '300000019' },
    { what: 'PNG', stream: '\u0089PNG\r\n\u001a\n\u0006\u0000\u0000\u0000IDAT', size: 'more than 67108864' },
  ])('refuses a $what frame of $size bytes before it takes the memory', async ({ stream, size }) => {
    await expect(cutAll(new Uint8Array(Buffer.from(stream, 'latin1')))).rejects.toMatchObject({
      code: 'stream-unreadable',
      message: expect.stringContaining(`frame 0 has ${size} bytes, and \`maxFrameBytes\` allows 67108864`),
    });
  });

  it('refuses a JPEG that goes on and on', async () => {
    const [frame] = (await cutAll(await make(pictureArgs.jpeg))).frames;
    const endless = joined(frame!.data.subarray(0, -2), new Uint8Array(5000));
    await expect(cutAll(endless, { maxFrameBytes: 4096 })).rejects.toThrow('frame 0 has more than 4096 bytes');
    await expect(cutAll(frame!.data, { maxFrameBytes: frame!.data.length })).resolves.toMatchObject({ problems: [] });
  });

  it.each([
    { options: { maxFrameBytes: 0 }, why: 'Expected `maxFrameBytes`' },
    { options: { rate: 0 }, why: 'Expected `rate`' },
    { options: { raw: { width: 0, height: 2, pixelFormat: 'rgb24' as const } }, why: 'Expected `raw width`' },
  ])('refuses $options when it is called', ({ options, why }) => {
    expect(() => cutFrames(inPieces(new Uint8Array(1)), options)).toThrow(why);
  });
});

describe('cutFrames, flow', () => {
  it('gives a frame as soon as its last byte is there', async () => {
    for (const args of [...Object.values(pictureArgs), y4mArgs('yuv420p')]) {
      const whole = await make(args);
      const [first] = (await cutAll(whole)).frames;
      const end = Buffer.from(whole).indexOf(Buffer.from(first!.data)) + first!.data.length;
      const stalled = (async function* stalled() {
        yield whole.subarray(0, end);
        await new Promise(() => undefined);
      })();
      const frames = cutFrames(stalled);
      expect((await frames.next()).value).toEqual(first);
      await frames.return(undefined);
    }
  });

  it('reads nothing while nobody asks', async () => {
    let read = 0;
    const endless = (async function* endless() {
      for (;;) {
        read += 1;
        yield joined('P6 2 1 255\n', new Uint8Array(6));
      }
    })();
    const frames = cutFrames(endless);
    await new Promise(setImmediate);
    expect(read).toBe(0);
    await frames.next();
    await frames.next();
    await new Promise(setImmediate);
    expect(read).toBe(2);
    await frames.return(undefined);
  });

  it('throws the reason when it is aborted while it waits, and lets go of a stream', async () => {
    const controller = new AbortController();
    const input = new Readable({ read: () => undefined });
    const pending = cutFrames(input, { signal: controller.signal }).next();
    await new Promise(setImmediate);
    controller.abort(new Error('enough'));
    await expect(pending).rejects.toThrow('enough');
    expect(input.destroyed).toBe(true);
  });

  it('ends at once when it is returned while a generator never answers', async () => {
    const silent = (async function* silent() {
      await new Promise(() => undefined);
      yield new Uint8Array(1);
    })();
    const frames = cutFrames(silent);
    const pending = frames.next();
    await new Promise(setImmediate);
    await frames.return(undefined);
    expect(await pending).toEqual({ done: true, value: undefined });
  });

  it('lets go of its source when its user leaves the loop', async () => {
    const input = Readable.from([await make(pictureArgs.png), new Uint8Array(9)]);
    for await (const { index } of cutFrames(input)) if (index === 0) break;
    expect(input.destroyed).toBe(true);
  });

  it('says what its source throws', async () => {
    const torn = (async function* torn() {
      yield await make(pictureArgs.png);
      throw new Error('read ECONNRESET');
    })();
    await expect(cutAll(torn)).rejects.toMatchObject({ code: 'stream-unreadable', message: /read ECONNRESET/u });
  });
});
