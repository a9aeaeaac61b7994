import { execFileSync } from 'node:child_process';
import { copyFile, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server, type ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type CutFrame } from '../../src/media/cut-frame.ts';
import { createFrameDecoder } from '../../src/media/cut-frame-decoder.ts';
import { decodeClip } from '../../src/media/decode-clip.ts';
import { type Ffmpeg, findFfmpeg } from '../../src/media/find-ffmpeg.ts';
import { openStreamSource, type ReconnectAttempt } from '../../src/media/open-stream-source.ts';
import { localPort } from '../helpers/local-port.ts';
import { cutAll, ffmpegOutput } from './made-stream.ts';
import { childProcesses, readNumber, until, writeNumberedClip } from './numbered-clip.ts';

const bundled = await findFfmpeg({ env: {} });
const preferred = await findFfmpeg();
/** The binary that comes along, and a newer one where the machine has it. */
const binaries: readonly Ffmpeg[] = preferred.path === bundled.path ? [bundled] : [bundled, preferred];
const count = 30;
let folder = '';
let transport: Uint8Array;
const at = (name: string): string => join(folder, name);

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'vitrine-source-'));
  await writeNumberedClip(at('clip.mp4'), { ffmpeg: bundled, frames: count });
  // ffmpeg looks at five seconds of a live stream before it gives the first frame.
  await writeNumberedClip(at('long.mp4'), { ffmpeg: bundled, frames: 300 });
  transport = await ffmpegOutput(bundled, ['-i', at('long.mp4'), '-c', 'copy', '-f', 'mpegts']);
}, 60_000);
afterAll(() => rm(folder, { recursive: true }));
afterEach(async () => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
  const left = process.platform === 'linux' ? await childProcesses() : [];
  if (left.length > 0) throw new Error(`The test left processes behind: ${left.join(', ')}`);
});

const servers: Server[] = [];
/** Serves what `answer` writes for the first, second, ... request; gives the address. */
async function serve(answer: (response: ServerResponse, request: number) => void): Promise<string> {
  let requests = 0;
  const server = createServer((_, response) => {
    answer(response, requests);
    requests += 1;
  });
  servers.push(server);
  return `http://127.0.0.1:${await localPort(server)}/live`;
}

/** Numbers that are shown by the frames. */
async function numbersOf(frames: readonly CutFrame[]): Promise<readonly number[]> {
  await using decoder = createFrameDecoder(bundled);
  const numbers = [];
  for (const frame of frames) numbers.push(readNumber(await decoder.decode(frame)));
  return numbers;
}

const upTo = (end: number): readonly number[] => Array.from({ length: end }, (_, i) => i);
const rounded = (frames: readonly CutFrame[]): readonly number[] =>
  frames.map(({ seconds }) => Math.round((seconds ?? -1) * 1000) / 1000);

describe.each(binaries)('openStreamSource with ffmpeg $version', (ffmpeg) => {
  it('reads a file once, in the pixels of decodeClip, with times from 0', async () => {
    const { isLive, frames } = openStreamSource(at('clip.mp4'), { ffmpeg });
    const seen: CutFrame[] = [];
    for await (const frame of frames) seen.push(frame);
    expect(isLive).toBe(false);
    expect(seen.map(({ index }) => index)).toEqual(upTo(count));
    expect(rounded(seen)).toEqual(upTo(count).map((i) => Math.round(i * 40) / 1000));
    await using decoder = createFrameDecoder(ffmpeg);
    const images = decodeClip(at('clip.mp4'), { ffmpeg, frames: { first: 0, step: 1, last: count } });
    for await (const { index, image } of images) {
      expect(Buffer.compare((await decoder.decode(seen[index]!)).data, image.data)).toBe(0);
    }
  });

  it('says when a file was cut short, and nothing of one that is whole', async () => {
    const whole = await readFile(at('long.mp4'));
    // Its index is at the end as it was written.
    await ffmpegOutput(bundled, [
      '-i',
      at('long.mp4'),
      '-c',
      'copy',
      '-movflags',
      'faststart',
      '-y',
      at('fast.mp4'),
      '-f',
      'null',
    ]);
    const fast = await readFile(at('fast.mp4'));
    await writeFile(at('short.mp4'), fast.subarray(0, Math.floor(whole.length * 0.7)));
    // A recording that begins between two pictures that stand by themselves.
    const often = await ffmpegOutput(bundled, ['-i', at('long.mp4'), '-g', '10', '-f', 'mpegts']);
    await writeFile(at('joined.ts'), often.subarray(188 * Math.floor(often.length / 188 / 3)));
    for (const [name, expected] of [
      ['fast.mp4', []],
      ['joined.ts', []],
      ['short.mp4', [expect.stringMatching(/short\.mp4 is damaged or cut short: .*; \d+ frames? came of it$/u)]],
    ] as const) {
      const problems: string[] = [];
      const onProblem = (problem: string): void => void problems.push(problem);
      let seen = 0;
      for await (const { index } of openStreamSource(at(name), { ffmpeg, onProblem }).frames) seen = index + 1;
      expect(seen).toBeGreaterThan(0);
      expect(problems).toEqual(expected);
    }
  });

  it('tells the times of frames that do not come evenly', async () => {
    const uneven = ['-i', at('clip.mp4'), '-vf', 'setpts=(3*N+mod(N\\,3))/25/TB+5/TB', '-vsync', 'vfr'];
    await ffmpegOutput(bundled, [...uneven, '-f', 'matroska', '-y', at('uneven.mkv'), '-f', 'null']);
    const seen: CutFrame[] = [];
    for await (const frame of openStreamSource(at('uneven.mkv'), { ffmpeg }).frames) seen.push(frame);
    expect(rounded(seen).slice(0, 6)).toEqual([0, 0.16, 0.32, 0.36, 0.52, 0.68]);
  });

  it('connects again to a live source that breaks off; index and seconds go on', async () => {
    const url = await serve((response, request) => {
      // The third connection is not cut off in the middle.
      if (request < 2) response.end(transport.subarray(0, Math.floor(transport.length / 2)));
      else response.write(transport);
    });
    const attempts: ReconnectAttempt[] = [];
    const onReconnect = (attempt: ReconnectAttempt): void => void attempts.push(attempt);
    const { isLive, frames } = openStreamSource(url, { ffmpeg, baseDelayMs: 100, onReconnect });
    expect(isLive).toBe(true);
    const seen: CutFrame[] = [];
    for await (const frame of frames) {
      seen.push(frame);
      if (attempts.length === 2 && seen.length % 10 === 0) break;
    }
    expect(seen.map(({ index }) => index)).toEqual(upTo(seen.length));
    const numbers = await numbersOf(seen);
    const starts = numbers.flatMap((number, i) => (number === 0 ? [i] : []));
    expect(starts).toHaveLength(3);
    expect(starts[1]).toBeGreaterThanOrEqual(100);
    const times = rounded(seen);
    expect(times).toEqual([...new Set(times)].sort((a, b) => a - b));
    expect(times[1]).toBe(0.04);
    for (const start of starts.slice(1)) expect(times[start]! - times[start - 1]!).toBeGreaterThanOrEqual(0.1);
    // Frames came between the two: the pause is the first one again.
    expect(attempts.map(({ count, delayMs }) => [count, delayMs])).toEqual([
      [1, 100],
      [1, 100],
    ]);
  });

  it('connects again to one that stalls', async () => {
    const url = await serve((response) => response.write(transport));
    const attempts: ReconnectAttempt[] = [];
    const onReconnect = (attempt: ReconnectAttempt): void => void attempts.push(attempt);
    const options = { ffmpeg, baseDelayMs: 1, stallSeconds: 1, onReconnect };
    let seen = 0;
    for await (const { index } of openStreamSource(url, options).frames) {
      seen = index + 1;
      if (attempts.length === 1) break;
    }
    expect(attempts).toEqual([{ count: 1, reason: 'no frame came for 1 s', delayMs: 1 }]);
    expect(seen).toBeGreaterThan(250);
  });

  it('gives up after as many attempts as it may make, and pauses twice as long before each', async () => {
    const url = await serve((response) => response.writeHead(404).end());
    const delays: number[] = [];
    const { frames } = openStreamSource(url, {
      ffmpeg,
      maxReconnects: 3,
      baseDelayMs: 2,
      onReconnect: ({ delayMs }) => delays.push(delayMs),
    });
    await expect(frames.next()).rejects.toMatchObject({
      code: 'stream-unreadable',
      message: expect.stringMatching(/live: .*404.*; it was given up after 3 further attempts in a row/u),
    });
    expect(delays).toEqual([2, 4, 8]);
  });

  it('gives up sooner what it could never open', async () => {
    const url = await serve((response) => response.writeHead(404).end());
    const delays: number[] = [];
    const onReconnect = ({ delayMs }: ReconnectAttempt): void => void delays.push(delayMs);
    const { frames } = openStreamSource(url, { ffmpeg, baseDelayMs: 1, onReconnect });
    await expect(frames.next()).rejects.toThrow(/404.*; it was given up after 3 further attempts in a row/u);
    expect(delays).toEqual([1, 2, 4]);
  });

  it.each([
    { what: 'gave frames', first: (response: ServerResponse): unknown => response.end(transport), stallSeconds: 15 },
    { what: 'was silent', first: (response: ServerResponse): unknown => response.writeHead(200), stallSeconds: 1 },
  ])('gives one that once $what all its attempts', async ({ first, stallSeconds }) => {
    const url = await serve((response, request) => {
      if (request === 0) first(response);
      else response.writeHead(404).end();
    });
    let attempts = 0;
    const onReconnect = (): void => void (attempts += 1);
    const options = { ffmpeg, baseDelayMs: 1, maxReconnects: 5, stallSeconds, onReconnect };
    const read = async (): Promise<void> => {
      for await (const { index } of openStreamSource(url, options).frames) expect(index).toBeGreaterThanOrEqual(0);
    };
    await expect(read()).rejects.toThrow(/404.*; it was given up after 5 further attempts in a row/u);
    expect(attempts).toBe(5);
  });

  it('reads a recording behind a URL once', async () => {
    const clip = await readFile(at('clip.mp4'));
    const url = await serve((response) => response.writeHead(200, { 'content-length': clip.length }).end(clip));
    const { isLive, frames } = openStreamSource(`${url}/clip.mp4?token=1`, { ffmpeg });
    expect(isLive).toBe(false);
    let seen = 0;
    for await (const { index } of frames) seen = index + 1;
    expect(seen).toBe(count);
  });

  it('ends with an HLS playlist that says that it is over', async () => {
    const playlist = '#EXTM3U\n#EXT-X-TARGETDURATION:12\n#EXTINF:12,\npart.ts\n#EXT-X-ENDLIST\n';
    const server = createServer((request, response) => response.end(request.url === '/a.m3u8' ? playlist : transport));
    servers.push(server);
    const url = `http://127.0.0.1:${await localPort(server)}/a.m3u8`;
    const { isLive, frames } = openStreamSource(url, { ffmpeg });
    expect(isLive).toBe(true);
    let seen = 0;
    for await (const { index } of frames) seen = index + 1;
    expect(seen).toBe(300);
  });

  it.runIf(process.platform === 'linux')(
    'leaves no ffmpeg behind when it is returned while a source is silent',
    async () => {
      const url = await serve((response) => response.write(transport.subarray(0, 100)));
      const { frames } = openStreamSource(url, { ffmpeg });
      const pending = frames.next();
      await until(async () => (await childProcesses()).length === 1);
      await frames.return(undefined);
      expect(await pending).toEqual({ done: true, value: undefined });
      expect(await childProcesses()).toEqual([]);
    },
  );

  it.runIf(process.platform === 'linux')(
    'leaves no ffmpeg behind when it is aborted while a source is silent',
    async () => {
      const url = await serve((response) => response.write(transport.subarray(0, 100)));
      const controller = new AbortController();
      const pending = openStreamSource(url, { ffmpeg, signal: controller.signal }).frames.next();
      await until(async () => (await childProcesses()).length === 1);
      controller.abort(new Error('enough'));
      await expect(pending).rejects.toThrow('enough');
      expect(await childProcesses()).toEqual([]);
    },
  );
});

describe('openStreamSource', () => {
  it('ends at once when it is aborted in the pause before an attempt', async () => {
    const controller = new AbortController();
    const { frames } = openStreamSource('http://127.0.0.1:9/live', {
      ffmpeg: bundled,
      signal: controller.signal,
      onReconnect: () => setImmediate(() => controller.abort(new Error('enough'))),
      baseDelayMs: 30_000,
    });
    await expect(frames.next()).rejects.toThrow('enough');
  });

  it.runIf(process.platform === 'linux')(
    'starts nothing before the first frame is asked for, and then holds ffmpeg back',
    async () => {
      await using frames = openStreamSource(at('long.mp4'), { ffmpeg: bundled }).frames;
      expect(await childProcesses()).toEqual([]);
      await frames.next();
      const [id] = await childProcesses();
      // A second is enough for all of the clip.
      await new Promise((resolve) => setTimeout(resolve, 1000));
      expect(await childProcesses()).toEqual([id]);
    },
  );

  it.runIf(process.platform !== 'win32')(
    'ends a file that gives nothing when it is aborted before ffmpeg starts',
    async () => {
      execFileSync('mkfifo', [at('fifo')]);
      const controller = new AbortController();
      const { frames } = openStreamSource(at('fifo'), { ffmpeg: bundled, signal: controller.signal });
      const first = frames.next();
      controller.abort(new Error('enough'));
      await expect(first).rejects.toThrow('enough');
    },
  );

  it('reads a folder of pictures by name, numbers by value', async () => {
    const { frames } = await cutAll(
      await ffmpegOutput(bundled, ['-i', at('clip.mp4'), '-c:v', 'png', '-f', 'image2pipe']),
    );
    await mkdir(at('pictures'));
    for (const [i, name] of ['f10.PNG', 'f9.png', 'f1.jpg', 'f11.png'].entries()) {
      await writeFile(join(at('pictures'), name), frames[i]!.data);
    }
    await copyFile(at('clip.mp4'), join(at('pictures'), 'f2.mp4'));
    const { isLive, frames: read } = openStreamSource(at('pictures'), { ffmpeg: bundled });
    const seen: CutFrame[] = [];
    for await (const frame of read) seen.push(frame);
    expect(isLive).toBe(false);
    expect(await numbersOf(seen)).toEqual([2, 1, 0, 3]);
    expect(seen.map(({ index, seconds }) => [index, seconds])).toEqual(upTo(4).map((i) => [i, undefined]));
    const one = openStreamSource(join(at('pictures'), 'f9.png'), { ffmpeg: bundled }).frames;
    expect((await one.next()).value).toMatchObject({ index: 0, format: { kind: 'picture', type: 'png' } });
    expect((await one.next()).done).toBe(true);
  });

  it('says what is wrong with a source', async () => {
    await mkdir(at('empty'));
    await writeFile(at('words.mp4'), 'Hello');
    await writeFile(at('words.png'), 'Hello');
    await writeFile(at('pixels.RGB'), 'Hello');
    const reasonOf = async (name: string): Promise<unknown> =>
      openStreamSource(at(name), { ffmpeg: bundled })
        .frames.next()
        .catch((error: unknown) => error);
    const failure = (path: string, message: RegExp): object => ({
      code: 'stream-unreadable',
      path: at(path),
      message: expect.stringMatching(message),
    });
    expect(await reasonOf('none.mp4')).toMatchObject(failure('none.mp4', /no such file/u));
    expect(await reasonOf('empty')).toMatchObject({
      code: 'options-invalid',
      path: at('empty'),
      message: expect.stringMatching(/^Expected pictures \(\.jpg, .*found none/u),
    });
    expect(await reasonOf('words.mp4')).toMatchObject(failure('words.mp4', /Invalid data[^;]*$/u));
    expect(await reasonOf('pixels.RGB')).toMatchObject(
      failure('pixels.RGB', /; if it holds bare pixels, say of which format: .*`--raw 540x960:rgb24@25`/u),
    );
    expect(await reasonOf('words.png')).toMatchObject(failure('words.png', /begins like no JPEG/u));
  });

  it('says when ffmpeg is not there, and does not try again', async () => {
    const ffmpeg = { ...bundled, path: at('no-ffmpeg') };
    for (const source of ['http://127.0.0.1:9/live', at('clip.mp4')]) {
      await expect(openStreamSource(source, { ffmpeg }).frames.next()).rejects.toMatchObject({
        code: 'ffmpeg-missing',
      });
    }
  });

  it.each([{ maxReconnects: -1 }, { maxFirstReconnects: -1 }, { stallSeconds: 0 }, { baseDelayMs: -1 }])(
    'refuses %o',
    (options) => {
      expect(() => openStreamSource('x', { ffmpeg: bundled, ...options })).toThrow(TypeError);
      expect(() => openStreamSource('', { ffmpeg: bundled })).toThrow(TypeError);
    },
  );
});
