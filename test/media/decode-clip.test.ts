import { execFile } from 'node:child_process';
import { chmod, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { defaultFrames, type FrameRange } from '../../src/core/defaults.ts';
import { frameRanges } from '../../src/core/frame-selection.ts';
import { decodeClip, type DecodeClipOptions } from '../../src/media/decode-clip.ts';
import { type Ffmpeg, findFfmpeg } from '../../src/media/find-ffmpeg.ts';
import { readNumber, writeNumberedClip } from './numbered-clip.ts';

const run = promisify(execFile);
const bundled = await findFfmpeg({ env: {} });
const preferred = await findFfmpeg();
/** The binary that comes along, and a newer one where the machine has it. */
const binaries: readonly Ffmpeg[] = preferred.path === bundled.path ? [bundled] : [bundled, preferred];
const all: FrameRange = { first: 0, step: 1, last: 1000 };

let folder = '';
const at = (name: string): string => join(folder, name);

interface Seen {
  readonly indices: readonly number[];
  readonly numbers: readonly number[];
  readonly sizes: readonly string[];
}

async function decode(path: string, options: Omit<DecodeClipOptions, 'ffmpeg'> & { ffmpeg?: Ffmpeg }): Promise<Seen> {
  const frames = [];
  for await (const frame of decodeClip(path, { ffmpeg: bundled, ...options })) frames.push(frame);
  return {
    indices: frames.map(({ index }) => index),
    numbers: frames.map(({ image }) => readNumber(image)),
    sizes: [...new Set(frames.map(({ image }) => `${image.width}x${image.height}`))],
  };
}

/** Runs the bundled ffmpeg on one clip, to make another one of it. */
async function remake(from: string, args: readonly string[], to: string): Promise<void> {
  await run(bundled.path, ['-v', 'error', '-y', '-i', from, ...args, to]);
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'vitrine-clip-'));
  await writeNumberedClip(at('400.mp4'), { ffmpeg: bundled, frames: 400 });
  await writeNumberedClip(at('60.mp4'), { ffmpeg: bundled, frames: 60 });
}, 60_000);
afterAll(() => rm(folder, { recursive: true }));

describe.each(binaries)('decodeClip with ffmpeg $version', (ffmpeg) => {
  it('gives frames 80, 100, ..., 380, each with its own index', async () => {
    const wanted = Array.from({ length: 16 }, (_, i) => 80 + 20 * i);
    const seen = await decode(at('400.mp4'), { ffmpeg, frames: defaultFrames });
    expect(seen).toEqual({ indices: wanted, numbers: wanted, sizes: ['160x64'] });
  });

  it.each([
    { frames: { first: 0, step: 1, last: 4 }, wanted: [0, 1, 2, 3, 4] },
    { frames: { first: 7, step: 13, last: 45 }, wanted: [7, 20, 33] },
    { frames: { first: 59, step: 1, last: 59 }, wanted: [59] },
    { frames: { first: 40, step: 10, last: 380 }, wanted: [40, 50] },
    { frames: { first: 60, step: 1, last: 80 }, wanted: [] },
    { frames: defaultFrames, wanted: [] },
  ])('gives $wanted of 60 frames for $frames, without a complaint', async ({ frames, wanted }) => {
    const complaints: string[] = [];
    const seen = await decode(at('60.mp4'), { ffmpeg, frames, onDamage: (reason) => complaints.push(reason) });
    expect(seen).toMatchObject({ indices: wanted, numbers: wanted });
    expect(complaints).toEqual([]);
  });

  it.each([
    { what: 'a list that is regular', frames: [0, 20, 40] },
    { what: 'a list that is not', frames: [2, 3, 11, 30, 31, 58] },
    { what: 'one frame', frames: [17] },
  ])('gives the frames of $what', async ({ frames }) => {
    const complaints: string[] = [];
    const seen = await decode(at('60.mp4'), { ffmpeg, frames, onDamage: (reason) => complaints.push(reason) });
    expect(seen).toMatchObject({ indices: frames, numbers: frames });
    expect(complaints).toEqual([]);
  });

  it('gives those frames of a list that the clip has, without a complaint', async () => {
    const complaints: string[] = [];
    const options = { ffmpeg, frames: [5, 59, 60, 1000], onDamage: (reason: string) => complaints.push(reason) };
    expect(await decode(at('60.mp4'), options)).toMatchObject({ indices: [5, 59], numbers: [5, 59] });
    expect(complaints).toEqual([]);
  });

  it('gives every frame of a list of hundreds that has no rule', async () => {
    const frames = Array.from({ length: 400 }, (_, index) => index).filter((index) => (index * index) % 7 < 3);
    expect(frameRanges(frames).length).toBeGreaterThan(100);
    expect(await decode(at('400.mp4'), { ffmpeg, frames })).toMatchObject({ indices: frames, numbers: frames });
  });

  it('passes over what lies between, without asking room for it, where no command line holds the list', async () => {
    const frames = [3, 10, 30, ...Array.from({ length: 4000 }, (_, place) => 100 + place * place)];
    const asked: number[] = [];
    const reserve = async (bytes: number): Promise<void> => void asked.push(bytes);
    const seen = await decode(at('60.mp4'), { ffmpeg, frames, reserve });
    expect(seen).toMatchObject({ indices: [3, 10, 30], numbers: [3, 10, 30] });
    expect(asked).toHaveLength(3);
  });

  it('counts frames and not time where the frame rate varies', async () => {
    await remake(at('60.mp4'), ['-vf', 'setpts=(3*N+mod(N\\,3))/25/TB', '-vsync', 'vfr'], at('vfr.mp4'));
    const seen = await decode(at('vfr.mp4'), { ffmpeg, frames: { first: 5, step: 9, last: 59 } });
    expect(seen.numbers).toEqual([5, 14, 23, 32, 41, 50, 59]);
  });

  it('turns a clip that says it lies on its side', async () => {
    await remake(at('60.mp4'), ['-c', 'copy', '-metadata:s:v', 'rotate=90'], at('rotated.mp4'));
    expect((await decode(at('rotated.mp4'), { ffmpeg, frames: { first: 0, step: 30, last: 59 } })).sizes).toEqual([
      '64x160',
    ]);
  });

  it('goes on counting where the clip changes its size, and keeps the first size', async () => {
    await writeNumberedClip(at('large.mp4'), { ffmpeg: bundled, frames: 60, width: 320, height: 128, from: 60 });
    const annexB = ['-c', 'copy', '-bsf:v', 'h264_mp4toannexb', '-f', 'h264'];
    await remake(at('60.mp4'), annexB, at('a.h264'));
    await remake(at('large.mp4'), annexB, at('b.h264'));
    await writeFile(at('ab.h264'), Buffer.concat([await readFile(at('a.h264')), await readFile(at('b.h264'))]));
    await remake(at('ab.h264'), ['-c', 'copy'], at('changing.mp4'));
    const wanted = [0, 25, 50, 75, 100];
    const seen = await decode(at('changing.mp4'), { ffmpeg, frames: { first: 0, step: 25, last: 119 } });
    expect(seen).toEqual({ indices: wanted, numbers: wanted, sizes: ['160x64'] });
  });

  it('says so where a clip is damaged and gives every frame all the same', async () => {
    const bytes = await readFile(at('400.mp4'));
    const from = Math.floor(bytes.length * 0.5);
    for (const place of [from, from + 1, from + 2]) bytes[place] = bytes[place]! ^ 0x55;
    await writeFile(at('damaged.mp4'), bytes);
    const complaints: string[] = [];
    const options = {
      ffmpeg,
      frames: { first: 0, step: 20, last: 399 },
      onDamage: (why: string) => complaints.push(why),
    };
    expect((await decode(at('damaged.mp4'), options)).indices).toHaveLength(20);
    expect(complaints).toHaveLength(1);
  });

  it('gives what it can of a clip that is cut short, and says so', async () => {
    const bytes = await readFile(at('400.mp4')); // Its index is in front.
    await writeFile(at('cut.mp4'), bytes.subarray(0, Math.floor(bytes.length * 0.6)));
    const complaints: string[] = [];
    const frames = { first: 0, step: 20, last: 399 };
    const { numbers } = await decode(at('cut.mp4'), { ffmpeg, frames, onDamage: (reason) => complaints.push(reason) });
    expect(numbers.length).toBeGreaterThan(3);
    expect(numbers.length).toBeLessThan(20);
    expect(numbers.slice(0, 3)).toEqual([0, 20, 40]);
    expect(complaints).toEqual([expect.stringMatching(/invalid data|partial file|error/iu)]);
  });

  it('gives what it can of a clip with a corrupt middle', async () => {
    const bytes = await readFile(at('400.mp4'));
    const middle = Math.floor(bytes.length * 0.5);
    bytes.fill(0xa5, middle, middle + 2000);
    await writeFile(at('corrupt.mp4'), bytes);
    const { numbers } = await decode(at('corrupt.mp4'), { ffmpeg, frames: { first: 0, step: 20, last: 399 } });
    expect(numbers.slice(0, 3)).toEqual([0, 20, 40]);
    expect(numbers.length).toBeGreaterThan(10);
  });

  it('refuses a clip of which no frame can be decoded', async () => {
    const bytes = await readFile(at('60.mp4'));
    bytes.fill(0, bytes.indexOf('mdat') + 4);
    await writeFile(at('zeros.mp4'), bytes);
    await expect(decode(at('zeros.mp4'), { ffmpeg, frames: all })).rejects.toMatchObject({ code: 'clip-unreadable' });
  });

  it.each([
    { what: 'text', content: 'not a clip at all', why: 'Invalid data found' },
    { what: 'an empty file', content: '', why: 'the file is empty' },
  ])('refuses $what with its path and the words of ffmpeg', async ({ content, why }) => {
    const path = at('not-a-clip.mp4');
    await writeFile(path, content);
    const refusal = { code: 'clip-unreadable', path, message: expect.stringContaining(why) };
    await expect(decode(path, { ffmpeg, frames: all })).rejects.toMatchObject(refusal);
  });

  it('refuses a file without pictures', async () => {
    await run(bundled.path, ['-v', 'error', '-y', '-f', 'lavfi', '-i', 'sine=d=0.2', '-c:a', 'aac', at('sound.mp4')]);
    await expect(decode(at('sound.mp4'), { ffmpeg, frames: all })).rejects.toThrow('it has no video stream');
  });

  it('refuses a path where there is nothing', async () => {
    await expect(decode(at('absent.mp4'), { ffmpeg, frames: all })).rejects.toThrow('No such file');
  });

  it.each(['with space.mp4', '-dash.mp4', '%d.mp4', 'a:b.mp4', '直播 "1".mp4'])(
    'reads a file called %s',
    async (name) => {
      await rename(at('60.mp4'), at(name));
      try {
        const { numbers } = await decode(at(name), { ffmpeg, frames: { first: 3, step: 1, last: 3 } });
        expect(numbers).toEqual([3]);
      } finally {
        await rename(at(name), at('60.mp4'));
      }
    },
  );
});

describe('decodeClip with an ffmpeg that misbehaves', () => {
  const frames = { first: 0, step: 1, last: 9 };
  const ppm = String.raw`printf 'P6\n1 1\n255\nRGB'`;
  const fake = async (script: string): Promise<Ffmpeg> => {
    await writeFile(at('fake'), `#!/bin/sh\n${script}\n`);
    await chmod(at('fake'), 0o755);
    return { path: at('fake'), version: 'fake', origin: 'FFMPEG_PATH' };
  };

  it.each([
    { script: String.raw`printf 'P6\n2 1\n255\nRGBR'`, why: 'ended after 4 of the 6 bytes of a 2x1 frame' },
    { script: 'echo hello', why: 'a frame starts with "h"' },
    { script: 'exit 3', why: 'ffmpeg ended with status 3' },
    { script: 'echo first >&2; echo "the last words" >&2; exit 1', why: 'the last words' },
    { script: `${ppm}; kill -9 $$`, why: 'ffmpeg was ended by SIGKILL after 1 frames' },
  ])('says what happened after "$script"', async ({ script, why }) => {
    const refusal = { code: 'clip-unreadable', path: at('60.mp4'), message: expect.stringContaining(why) };
    await expect(decode(at('60.mp4'), { ffmpeg: await fake(script), frames })).rejects.toMatchObject(refusal);
  });

  it('gives what came before a complaint, and passes the complaint on', async () => {
    const complaints: string[] = [];
    const ffmpeg = await fake(`${ppm}; echo 'bad packet' >&2; exit 1`);
    const { indices } = await decode(at('60.mp4'), { ffmpeg, frames, onDamage: (reason) => complaints.push(reason) });
    expect(indices).toEqual([0]);
    expect(complaints).toEqual(['bad packet']);
  });

  it('says that ffmpeg does not start', async () => {
    const ffmpeg: Ffmpeg = { path: at('no-ffmpeg'), version: '0', origin: 'FFMPEG_PATH' };
    const refusal = { code: 'ffmpeg-missing', path: ffmpeg.path };
    await expect(decode(at('60.mp4'), { ffmpeg, frames })).rejects.toMatchObject(refusal);
  });
});

describe('decodeClip without ffmpeg', () => {
  it.each([
    { frames: { first: -1, step: 1, last: 3 }, name: 'frames.first' },
    { frames: { first: 0, step: 0, last: 3 }, name: 'frames.step' },
    { frames: { first: 4, step: 1, last: 3 }, name: 'frames.last' },
    { frames: { first: 0.5, step: 1, last: 3 }, name: 'frames.first' },
    { frames: [3, 2], name: 'frames[1]' },
  ])('refuses $frames at once', ({ frames, name }) => {
    expect(() => decodeClip('clip.mp4', { ffmpeg: bundled, frames })).toThrow(TypeError);
    expect(() => decodeClip('clip.mp4', { ffmpeg: bundled, frames })).toThrow(name);
  });
});
