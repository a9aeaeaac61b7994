import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, readlink, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isDeepStrictEqual, promisify } from 'node:util';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type FrameSelection } from '../../../src/core/frame-selection.ts';
import { decodeClip } from '../../../src/media/decode-clip.ts';
import { startFfmpeg } from '../../../src/media/ffmpeg-process.ts';
import { readPieces } from '../../../src/media/file-piece.ts';
import { type Ffmpeg, findFfmpeg } from '../../../src/media/find-ffmpeg.ts';
import { makeBox } from '../../../src/media/mp4/boxes.ts';
import { thinClip } from '../../../src/media/mp4/thin-clip.ts';
import { readSequenceParameters } from '../../../src/media/mp4/h264-headers.ts';
import { selectFrames } from '../../../src/media/select-frames.ts';
import { until } from '../numbered-clip.ts';

const run = promisify(execFile);
const bundled = await findFfmpeg({ env: {} });
const preferred = await findFfmpeg();
/** The binary that comes along, and a newer one where the machine has it. */
const binaries: readonly Ffmpeg[] = preferred.path === bundled.path ? [bundled] : [bundled, preferred];

let folder = '';
const at = (name: string): string => join(folder, name);
const length = 90;
const moving = ['-f', 'lavfi', '-i', `testsrc2=size=128x96:rate=25:duration=${length / 25},noise=alls=12:allf=t`];
const tone = ['-f', 'lavfi', '-i', `sine=duration=${length / 25}`];

/** Makes a clip of 90 frames that move, with the bundled ffmpeg. */
async function make(
  name: string,
  x264: string,
  more: readonly string[] = [],
  inputs: readonly string[] = moving,
): Promise<string> {
  const codec = ['-c:v', 'libx264', '-threads', '1', '-pix_fmt', 'yuv420p', '-x264-params', x264];
  await run(bundled.path, ['-v', 'error', '-y', ...inputs, ...codec, ...more, at(name)]);
  return at(name);
}
async function remake(from: string, name: string, ...args: readonly string[]): Promise<string> {
  await run(bundled.path, ['-v', 'error', '-y', '-i', from, ...args, at(name)]);
  return at(name);
}

interface Decoded {
  readonly indices: readonly number[];
  readonly pixels: Buffer;
}

async function decoded(path: string, frames: FrameSelection, ffmpeg = bundled): Promise<Decoded> {
  const indices: number[] = [];
  const pixels: Uint8Array[] = [];
  for await (const { index, image } of decodeClip(path, { ffmpeg, frames })) {
    indices.push(index);
    pixels.push(Uint8Array.from(image.data));
  }
  return { indices, pixels: Buffer.concat(pixels) };
}

/** What decoding all of a clip gives: ffmpeg's own way to pick frames by their number. */
async function decodedWhole(path: string, frames: FrameSelection, ffmpeg = bundled): Promise<Buffer> {
  const { conditionOn } = selectFrames(frames);
  const picked = ['-vf', `select='${conditionOn('n')}',setpts=N*1000/TB`, '-r', '1/1000'];
  const raw = ['-f', 'rawvideo', '-pix_fmt', 'rgb24', 'pipe:1'];
  const input = ['-v', 'error', '-threads', '1', '-reinit_filter', '0', '-i', path, '-map', '0:V:0'];
  const { stdout } = await run(ffmpeg.path, [...input, ...picked, ...raw], { encoding: 'buffer', maxBuffer: 2 ** 28 });
  return stdout;
}

/** Decodes frames of a clip as the library does, and holds them against those of decoding all of it. */
async function expectAsWhole(path: string, frames: FrameSelection, ffmpeg = bundled): Promise<readonly number[]> {
  const { indices, pixels } = await decoded(path, frames, ffmpeg);
  expect(pixels.equals(await decodedWhole(path, frames, ffmpeg))).toBe(true);
  return indices;
}

const every10: FrameSelection = { first: 5, step: 10, last: 85 };

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'vitrine-thin-'));
  await make('plain.mp4', 'bframes=3:keyint=30', ['-preset', 'fast']);
}, 60_000);
afterAll(() => rm(folder, { recursive: true }));

describe.each(binaries)('thinClip before ffmpeg $version', (ffmpeg) => {
  it.each([
    { what: 'three B-frames in a row', x264: 'bframes=3' },
    { what: 'a key frame every twelfth', x264: 'bframes=2:keyint=12:min-keyint=12' },
    { what: 'sixteen B-frames in a row', x264: 'bframes=16:b-adapt=0' },
    { what: 'a strict pyramid', x264: 'bframes=5:b-pyramid=strict:b-adapt=0' },
    { what: 'no pyramid', x264: 'bframes=3:b-pyramid=none' },
    { what: 'open groups of pictures', x264: 'bframes=3:open-gop=1:keyint=20:min-keyint=2' },
    { what: 'slices', x264: 'bframes=3:slices=4' },
    { what: 'delimiters and buffering', x264: 'bframes=3:aud=1:nal-hrd=vbr:vbv-maxrate=400:vbv-bufsize=400' },
    { what: 'weighted predictions of sixteen pictures', x264: 'bframes=3:ref=16:weightb=1:weightp=2' },
    { what: 'intra refresh', x264: 'bframes=2:intra-refresh=1:keyint=20' },
    { what: 'parameter sets before each key frame', x264: 'bframes=3:keyint=20:repeat-headers=1' },
    { what: 'no B-frames, and a key frame every fourth', x264: 'bframes=0:keyint=4:min-keyint=4' },
    { what: 'the main profile', x264: 'bframes=3:cabac=0:8x8dct=0' },
  ])('gives the frames that decoding all of it gives: $what', async ({ x264 }) => {
    const path = await make('some.mp4', x264);
    expect(await thinClip(path, every10)).toBeDefined();
    expect(await expectAsWhole(path, every10, ffmpeg)).toEqual([5, 15, 25, 35, 45, 55, 65, 75, 85]);
  });

  it.each([
    { what: 'the index at the end', name: 'end.mp4', args: ['-c', 'copy', '-movflags', '-faststart'] },
    { what: 'the index in front', name: 'front.mp4', args: ['-c', 'copy', '-movflags', '+faststart'] },
    { what: 'QuickTime', name: 'quick.mov', args: ['-c', 'copy'] },
    { what: 'a clip that lies on its side', name: 'side.mp4', args: ['-c', 'copy', '-metadata:s:v', 'rotate=90'] },
    { what: 'a tight time base', name: 'base.mp4', args: ['-c', 'copy', '-video_track_timescale', '90000'] },
    {
      what: 'negative shifts in place of an edit',
      name: 'shifts.mp4',
      args: ['-c', 'copy', '-movflags', '+negative_cts_offsets'],
    },
    { what: 'no edit list', name: 'unedited.mp4', args: ['-c', 'copy', '-use_editlist', '0'] },
    {
      what: 'a message that it lies on its side',
      name: 'turned.mp4',
      args: ['-c', 'copy', '-bsf:v', 'h264_metadata=display_orientation=insert:rotate=90'],
    },
    {
      what: 'colours of BT.709',
      name: 'colours.mp4',
      args: [
        '-c',
        'copy',
        '-bsf:v',
        'h264_metadata=matrix_coefficients=1:video_full_range_flag=1',
        '-movflags',
        '+write_colr',
      ],
    },
  ])('keeps what a clip says of itself: $what', async ({ name, args }) => {
    const path = await remake(at('plain.mp4'), name, ...args);
    expect(await thinClip(path, every10)).toBeDefined();
    await expectAsWhole(path, every10, ffmpeg);
  });

  it('takes the pictures of a clip with sound', async () => {
    const path = await make(
      'sound.mp4',
      'bframes=3',
      ['-c:a', 'aac', '-map', '0:a', '-map', '1:v'],
      [...tone, ...moving],
    );
    expect(await thinClip(path, every10)).toBeDefined();
    await expectAsWhole(path, every10, ffmpeg);
  });

  it('gives frames whose rate varies', async () => {
    const path = await make('varying.mp4', 'bframes=3', ['-vf', 'setpts=(3*N+mod(N\\,3))/25/TB', '-vsync', 'vfr']);
    expect(await thinClip(path, every10)).toBeDefined();
    await expectAsWhole(path, every10, ffmpeg);
  });

  it.each([
    { what: 'without B-frames', x264: 'bframes=0:keyint=90' },
    { what: 'interlaced', x264: 'bframes=3:tff=1' },
    { what: 'of key frames alone, which does not bound its order', x264: 'keyint=1' },
  ])('leaves a clip alone that is $what', async ({ x264 }) => {
    const path = await make('other.mp4', x264);
    expect(await thinClip(path, every10)).toBeUndefined();
    await expectAsWhole(path, every10, ffmpeg);
  });

  it.each([
    { what: 'in fragments', name: 'fragments.mp4', args: ['-c', 'copy', '-movflags', 'frag_keyframe+empty_moov'] },
    { what: 'in fragments after its beginning', name: 'later.mp4', args: ['-c', 'copy', '-movflags', 'frag_keyframe'] },
    { what: 'in Matroska', name: 'plain.mkv', args: ['-c', 'copy'] },
    { what: 'in MPEG-TS', name: 'plain.ts', args: ['-c', 'copy'] },
    { what: 'of another codec', name: 'mpeg4.mp4', args: ['-c:v', 'mpeg4', '-bf', '2'] },
    { what: 'of two tracks', name: 'two.mp4', args: ['-c', 'copy', '-map', '0', '-map', '0'] },
  ])('leaves a clip alone that is $what', async ({ name, args }) => {
    const path = await remake(at('plain.mp4'), name, ...args);
    expect(await thinClip(path, every10)).toBeUndefined();
    await expectAsWhole(path, every10, ffmpeg);
  });

  it('heeds what an old x264 says of itself beside the first picture', async () => {
    const bytes = await readFile(await make('old.mp4', 'bframes=3:direct=spatial:keyint=20'));
    const version = bytes.indexOf('x264 - core ') + 'x264 - core '.length;
    bytes.write('033', version);
    await writeFile(at('old.mp4'), bytes);
    const frames = [21, 22, 27];
    expect(await thinClip(at('old.mp4'), frames)).toBeDefined();
    await expectAsWhole(at('old.mp4'), frames, ffmpeg);
  });

  it('tells frames apart that are far from each other', async () => {
    const many = ['-f', 'lavfi', '-i', 'testsrc2=size=32x32:rate=25:duration=1520'];
    const path = await make(
      'long.mp4',
      'bframes=3:keyint=250',
      ['-preset', 'ultrafast', '-bf', '3', '-g', '250'],
      many,
    );
    const frames = [3, 37_900];
    expect(await thinClip(path, frames)).toBeDefined();
    const { pixels } = await decoded(path, frames, ffmpeg);
    const size = 32 * 32 * 3;
    expect(pixels).toHaveLength(2 * size);
    expect(pixels.subarray(size).equals(pixels.subarray(0, size))).toBe(false);
    expect(pixels.equals(await decodedWhole(path, frames, ffmpeg))).toBe(true);
  }, 120_000);

  it('leaves a clip alone whose parameters change', async () => {
    const annexB = ['-c', 'copy', '-bsf:v', 'h264_mp4toannexb', '-f', 'h264'];
    await make('other.mp4', 'bframes=2:keyint=30:ref=2');
    const parts = [
      await remake(at('plain.mp4'), 'a.h264', ...annexB),
      await remake(at('other.mp4'), 'b.h264', ...annexB),
    ];
    await writeFile(at('ab.h264'), Buffer.concat(await Promise.all(parts.map((path) => readFile(path)))));
    const path = await remake(at('ab.h264'), 'changing.mp4', '-c', 'copy');
    const frames = { first: 5, step: 10, last: 2 * length - 1 };
    expect(await thinClip(path, frames)).toBeUndefined();
    await expectAsWhole(path, frames, ffmpeg);
  });

  it('leaves a clip alone whose edit list hides frames', async () => {
    const path = await remake(at('plain.mp4'), 'late.mp4', '-c', 'copy');
    const bytes = await readFile(path);
    const edit = bytes.indexOf('elst') + 16; // After version, flags, count and duration.
    bytes.writeInt32BE(bytes.readInt32BE(edit) + 512 * 7, edit);
    await writeFile(path, bytes);
    expect(await thinClip(path, every10)).toBeUndefined();
    await expectAsWhole(path, every10, ffmpeg);
  });

  it('gives any frames of a clip', async () => {
    const whole = await decodedWhole(at('plain.mp4'), { first: 0, step: 1, last: length - 1 }, ffmpeg);
    const frame = whole.length / length;
    const some = fc.uniqueArray(fc.nat(length + 20), { minLength: 1, maxLength: 12 });
    await fc.assert(
      fc.asyncProperty(some, async (found) => {
        const frames = found.toSorted((a, b) => a - b);
        const { indices, pixels } = await decoded(at('plain.mp4'), frames, ffmpeg);
        const there = frames.filter((index) => index < length);
        expect(indices).toEqual(there);
        const wanted = Buffer.concat(there.map((index) => whole.subarray(index * frame, (index + 1) * frame)));
        expect(pixels.equals(wanted)).toBe(true);
      }),
      { numRuns: 25 },
    );
  }, 60_000);
});

describe('thinClip', () => {
  it('gives a file without what nobody needs', async () => {
    const thin = await thinClip(at('plain.mp4'), [64]);
    const { pieces } = thin!;
    expect(pieces.some(({ from }, place) => from === pieces[place - 1]?.to)).toBe(false); // Those would be one.
    const chunks: Uint8Array[] = [];
    for await (const chunk of readPieces(at('plain.mp4'), thin!)) chunks.push(chunk);
    await writeFile(at('thin.mp4'), Buffer.concat(chunks));
    const { stdout } = await run(bundled.path, ['-v', 'error', '-i', at('thin.mp4'), '-f', 'framemd5', '-'].flat());
    const frames = stdout.split('\n').filter((line) => /^\d/u.test(line));
    expect(frames.length).toBeGreaterThan(1);
    expect(frames.length).toBeLessThan(8);
  });

  it('is not there for frames that the clip does not have', async () => {
    expect(await thinClip(at('plain.mp4'), [500])).toBeUndefined();
  });

  it('leaves out pictures that stand before a key frame, however few of a long clip are wanted', async () => {
    const thin = await thinClip(at('plain.mp4'), [0, 89]);
    const kept = thin!.pieces.reduce((total, { from, to }) => total + to - from, 0);
    expect(kept).toBeLessThan((await readFile(at('plain.mp4'))).length / 2);
  });

  it.each(['.', 'absent.mp4'])('is not there for %s', async (name) => {
    expect(await thinClip(at(name), every10)).toBeUndefined();
  });

  it('is not there for a clip that is cut off', async () => {
    const bytes = await readFile(await remake(at('plain.mp4'), 'front.mp4', '-c', 'copy', '-movflags', '+faststart'));
    await writeFile(at('cut.mp4'), bytes.subarray(0, bytes.length * 0.6));
    expect(await thinClip(at('cut.mp4'), every10)).toBeUndefined();
    expect(await thinClip(at('cut.mp4'), [0, 10])).toBeUndefined(); // These are there, and ffmpeg says that others are not.
  });

  it('is not there where the edit list ends before a wanted frame', async () => {
    const bytes = await readFile(await remake(at('plain.mp4'), 'short.mp4', '-c', 'copy'));
    bytes.writeUInt32BE(2000, bytes.indexOf('elst') + 12); // Milliseconds, of 3600.
    await writeFile(at('short.mp4'), bytes);
    expect(await thinClip(at('short.mp4'), [5, 45])).toBeDefined();
    expect(await thinClip(at('short.mp4'), [5, 55])).toBeUndefined();
  });

  it('is not there where the tables tell no order and the pictures do, also of what comes after the last wanted one', async () => {
    // As of a stream without times: each picture is said to be shown when it is decoded. The key frames leave something to leave out.
    const first = ['-force_key_frames', 'expr:lt(n,30)'];
    await make('no-order.mp4', 'bframes=2:b-adapt=0:keyint=200:scenecut=0', first);
    expect(await thinClip(at('no-order.mp4'), [0, 30])).toBeDefined();
    const bytes = await readFile(at('no-order.mp4'));
    bytes.write('free', bytes.indexOf('ctts'));
    const edit = bytes.indexOf('elst') + 16;
    bytes.writeInt32BE(0, edit);
    await writeFile(at('no-order.mp4'), bytes);
    expect(await thinClip(at('no-order.mp4'), [0, 30])).toBeUndefined();
  });

  it('is not there where samples do not follow each other in the file', async () => {
    const bytes = await readFile(
      await make('chunks.mp4', 'bframes=3', ['-c:a', 'aac', '-map', '0:a', '-map', '1:v'], [...tone, ...moving]),
    );
    const chunks = bytes.lastIndexOf('stco') + 12;
    expect(bytes.readUInt32BE(chunks - 4)).toBeGreaterThan(3);
    expect(await thinClip(at('chunks.mp4'), every10)).toBeDefined();
    // The second chunk moves behind all others, as a file that was edited may have it.
    const place = bytes.readUInt32BE(chunks + 4);
    const moved = makeBox('mdat', bytes.subarray(place, bytes.readUInt32BE(chunks + 8)));
    bytes.writeUInt32BE(bytes.length + 8, chunks + 4);
    await writeFile(at('chunks.mp4'), Buffer.concat([bytes, moved]));
    await expectAsWhole(at('chunks.mp4'), every10);
    expect(await thinClip(at('chunks.mp4'), every10)).toBeUndefined();
  });

  it('is not there for a clip with fragments that its tables do not speak of, or with two of them', async () => {
    const bytes = await readFile(at('plain.mp4'));
    for (const more of [makeBox('moof'), bytes.subarray(bytes.indexOf('moov') - 4)]) {
      await writeFile(at('more.mp4'), Buffer.concat([bytes, more]));
      expect(await thinClip(at('more.mp4'), every10)).toBeUndefined();
    }
    await writeFile(at('more.mp4'), Buffer.concat([bytes, makeBox('free')]));
    expect(await thinClip(at('more.mp4'), every10)).toBeDefined();
    await writeFile(at('more.mp4'), Buffer.concat([bytes, ...Array.from({ length: 64 }, () => makeBox('free'))]));
    expect(await thinClip(at('more.mp4'), every10)).toBeUndefined();
  });

  it('stops to read when it is told to', async () => {
    const stop = new AbortController();
    const reading = thinClip(at('plain.mp4'), every10, stop.signal);
    stop.abort(new Error('enough'));
    await expect(reading).rejects.toThrow('enough');
  });

  it('heeds the pictures where two are shown at one time', async () => {
    const bytes = await readFile(await remake(at('plain.mp4'), 'twice.mp4', '-c', 'copy'));
    const durations = bytes.indexOf('stts') + 12;
    expect([bytes.readUInt32BE(durations - 4), bytes.readUInt32BE(durations)]).toEqual([1, length]);
    bytes.writeUInt32BE(0, durations + 4);
    await writeFile(at('twice.mp4'), bytes);
    expect(await thinClip(at('twice.mp4'), every10)).toBeUndefined();
  });

  it('is not there where more pictures are reordered than the parameters say', async () => {
    const bytes = await readFile(await make('reordered.mp4', 'bframes=3:b-pyramid=normal:b-adapt=0'));
    const at0 = bytes.indexOf('avcC') + 4;
    const set = bytes.subarray(at0 + 9, at0 + 8 + bytes.readUInt16BE(at0 + 6));
    const before = readSequenceParameters(set);
    expect(before?.reordered).toBe(2);
    // 2 and 1 are coded by as many bits, of which one differs.
    const bits = Array.from({ length: set.length * 8 }, (_, bit) => bit).reverse();
    const flip = (bit: number): void => void (set[bit >> 3] = set[bit >> 3]! ^ (128 >> (bit & 7)));
    const isFound = bits.some((bit) => {
      flip(bit);
      const { reordered, ...rest } = readSequenceParameters(set) ?? {};
      if (reordered === 1 && isDeepStrictEqual({ ...rest, reordered: 2 }, before)) return true;
      flip(bit);
      return false;
    });
    expect(isFound).toBe(true);
    await writeFile(at('reordered.mp4'), bytes);
    expect(await thinClip(at('reordered.mp4'), every10)).toBeUndefined();
  });

  it('is not there for a clip that begins with a picture that is no start', async () => {
    await make('open.mp4', 'bframes=3:open-gop=1:keyint=20:min-keyint=2');
    const path = await remake(at('open.mp4'), 'begun.mp4', '-ss', '1.7', '-c', 'copy', '-use_editlist', '0');
    const thin = await thinClip(path, every10);
    expect(thin).toBeUndefined();
  });

  it('reads samples of any size', async () => {
    const noise = ['-f', 'lavfi', '-i', 'color=gray:size=1280x720:rate=25:duration=0.4,noise=alls=100:allf=t'];
    const path = await make('large.mp4', 'bframes=3:qp=4', ['-preset', 'ultrafast', '-bf', '3'], noise);
    expect((await readFile(path)).length).toBeGreaterThan(10 * 256 * 1024);
    expect(await thinClip(path, [0, 9])).toBeDefined();
    await expectAsWhole(path, [0, 9]);
  });

  it.runIf(process.platform === 'linux')('lets go of a clip whose reader leaves', async () => {
    const noise = ['-f', 'lavfi', '-i', 'color=gray:size=1280x720:rate=25:duration=0.8,noise=alls=100:allf=t'];
    const path = await make('left.mp4', 'bframes=3:qp=4', ['-preset', 'ultrafast', '-bf', '3'], noise);
    const values = decodeClip(path, { ffmpeg: bundled, frames: [0, 19] });
    const first = await values.next();
    expect(first.value?.index).toBe(0);
    const isHeld = async (): Promise<boolean> => {
      const open = await readdir('/proc/self/fd');
      const files = await Promise.all(open.map((name) => readlink(`/proc/self/fd/${name}`).catch(() => '')));
      return files.includes(path);
    };
    expect(await isHeld()).toBe(true);
    await values.return(undefined);
    await until(async () => !(await isHeld()));
  });

  it('says that a clip went away before it was read', async () => {
    const lines: string[] = [];
    const { done } = startFfmpeg(bundled, {
      inputArgs: [],
      input: at('gone.mp4'),
      pieces: { head: new Uint8Array(), pieces: [{ from: 0, to: 9 }] },
      outputArgs: ['-f', 'null'],
      onLine: (line) => lines.push(line),
    });
    const { code, stderr } = await done;
    expect(code).not.toBe(0);
    expect(lines.join('\n')).toContain('Invalid data');
    expect(stderr.at(-1)).toContain('ENOENT');
  });

  it('is not there for tables of more than an hour', async () => {
    const bytes = await readFile(await remake(at('plain.mp4'), 'long.mp4', '-c', 'copy'));
    const movie = bytes.indexOf('moov') - 4;
    expect(movie + bytes.readUInt32BE(movie)).toBe(bytes.length);
    for (const [room, isThin] of [
      [1000, true],
      [2 ** 20, false],
    ] as const) {
      const free = Buffer.alloc(room);
      free.writeUInt32BE(room);
      free.write('free', 4);
      const longer = Buffer.concat([bytes, free]);
      longer.writeUInt32BE(longer.length - movie, movie);
      await writeFile(at('long.mp4'), longer);
      expect((await thinClip(at('long.mp4'), every10)) !== undefined).toBe(isThin);
    }
  });

  it('is not there for a file that does not say what it is', async () => {
    const bytes = await readFile(at('plain.mp4'));
    bytes.write('wide', 4);
    await writeFile(at('wide.mp4'), bytes);
    expect(await thinClip(at('wide.mp4'), every10)).toBeUndefined();
  });

  it('is not there where times and pictures do not tell the same order', async () => {
    const bytes = await readFile(await remake(at('plain.mp4'), 'order.mp4', '-c', 'copy'));
    const shifts = bytes.indexOf('ctts') + 12; // After version, flags and count; each holds for one sample here or for several.
    const shiftOf = Array.from({ length: bytes.readUInt32BE(shifts - 4) }, (_, entry) => shifts + entry * 8).flatMap(
      (entry) => Array.from({ length: bytes.readUInt32BE(entry) }, () => entry + 4),
    );
    let lies = 0;
    for (let place = 1; place + 1 < 40; place += 1) {
      const [one, two] = [shiftOf[place]!, shiftOf[place + 1]!];
      if (bytes.readUInt32BE(one - 4) !== 1 || bytes.readUInt32BE(two - 4) !== 1) continue;
      const liar = Buffer.from(bytes);
      liar.writeInt32BE(bytes.readInt32BE(two) + 512, one); // Each is shown when the other one is.
      liar.writeInt32BE(bytes.readInt32BE(one) - 512, two);
      await writeFile(at('order.mp4'), liar);
      expect(await thinClip(at('order.mp4'), every10)).toBeUndefined();
      lies += 1;
    }
    expect(lies).toBeGreaterThan(10);
  });

  it('gives something or nothing of a damaged clip, and never fails', async () => {
    const bytes = await readFile(at('plain.mp4'));
    const movie = bytes.indexOf('moov') - 4;
    const damage = fc.array(
      fc.tuple(
        fc.oneof(
          fc.nat(bytes.length - movie - 1).map((place) => movie + place),
          fc.nat(bytes.length - 1),
        ),
        fc.nat(255),
      ),
      {
        minLength: 1,
        maxLength: 4,
      },
    );
    await fc.assert(
      fc.asyncProperty(damage, async (changes) => {
        const damaged = Buffer.from(bytes);
        for (const [place, value] of changes) damaged[place] = value;
        await writeFile(at('damaged.mp4'), damaged);
        const thin = await thinClip(at('damaged.mp4'), every10);
        expect(thin === undefined || thin.pieces.length > 0).toBe(true);
      }),
      { numRuns: 400 },
    );
  }, 60_000);
});
