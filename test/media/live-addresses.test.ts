import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { createServer as createPort } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { type RgbImage } from '../../src/core/rgb-image.ts';
import { createFrameDecoder } from '../../src/media/cut-frame-decoder.ts';
import { decodeClip } from '../../src/media/decode-clip.ts';
import { type Ffmpeg, findFfmpeg } from '../../src/media/find-ffmpeg.ts';
import { openStreamSource } from '../../src/media/open-stream-source.ts';
import { localPort } from '../helpers/local-port.ts';
import { ffmpegOutput } from './made-stream.ts';
import { readNumber, writeNumberedClip } from './numbered-clip.ts';
import { serveRtsp } from './rtsp-relay.ts';

vi.mock('node:dns/promises', async (original) => {
  const { withUnknownHosts } = await import('./unknown-hosts.ts');
  return withUnknownHosts(await original());
});

const bundled = await findFfmpeg({ env: {} });
const preferred = await findFfmpeg();
const binaries: readonly Ffmpeg[] = preferred.path === bundled.path ? [bundled] : [bundled, preferred];
const count = 300;
let folder = '';
let clip = '';

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'vitrine-live-'));
  const plain = join(folder, 'plain.mp4');
  await writeNumberedClip(plain, { ffmpeg: bundled, frames: count });
  // Who comes late to a stream waits for the next picture that stands by itself.
  clip = join(folder, 'clip.mp4');
  await ffmpegOutput(bundled, ['-i', plain, '-g', '10', '-y', clip, '-f', 'null']);
}, 60_000);
afterAll(() => rm(folder, { recursive: true }));

const senders: ChildProcess[] = [];
afterEach(async () => {
  for (const sender of senders.splice(0)) {
    if (sender.exitCode !== null || sender.signalCode !== null) continue;
    sender.kill('SIGKILL');
    await once(sender, 'exit');
  }
});

/** Plays the clip to `args`, again and again in its own time where `isPaced`. */
function send(args: readonly string[], { by = bundled, isPaced = false } = {}): void {
  const input = [...(isPaced ? ['-re', '-stream_loop', '-1'] : []), '-i', clip, '-c', 'copy'];
  senders.push(spawn(by.path, ['-v', 'quiet', ...input, ...args], { stdio: 'ignore' }));
}

async function freePort(): Promise<number> {
  const server = createPort();
  const port = await localPort(server);
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** The first frames that come from an address, a connection that is refused at first being made again. */
async function watch(ffmpeg: Ffmpeg, address: string, wanted: number): Promise<readonly RgbImage[]> {
  const { isLive, frames } = openStreamSource(address, { ffmpeg, baseDelayMs: 50, maxFirstReconnects: 10 });
  expect(isLive).toBe(true);
  await using decoder = createFrameDecoder(bundled);
  const images: RgbImage[] = [];
  for await (const frame of frames) {
    images.push(await decoder.decode(frame));
    if (images.length === wanted) break;
  }
  return images;
}

/** Expects frames of the clip without a gap, in the pixels of `decodeClip`. */
async function expectFrames(images: readonly RgbImage[]): Promise<void> {
  const first = readNumber(images[0]!);
  const wanted = { first, step: 1, last: first + images.length - 1 };
  let seen = 0;
  for await (const { image } of decodeClip(clip, { ffmpeg: bundled, frames: wanted })) {
    expect(readNumber(images[seen]!)).toBe(first + seen);
    expect(Buffer.compare(images[seen]!.data, image.data)).toBe(0);
    seen += 1;
  }
  expect(seen).toBe(images.length);
}

describe.each(binaries)('openStreamSource with ffmpeg $version', (ffmpeg) => {
  it('reads RTMP, by the name of its host', async () => {
    const port = await freePort();
    send(['-f', 'flv', '-listen', '1', `rtmp://127.0.0.1:${port}/live/key`]);
    const images = await watch(ffmpeg, `rtmp://localhost:${port}/live/key`, 100);
    expect(readNumber(images[0]!)).toBe(0);
    await expectFrames(images);
  }, 30_000);

  it('reads RTSP, by the name of its host', async () => {
    const server = await serveRtsp(bundled, clip);
    try {
      await expectFrames(await watch(ffmpeg, `rtsp://localhost:${server.port}/shop`, 50));
    } finally {
      await server.close();
    }
  }, 30_000);

  it('reads MPEG-TS that is sent to it by UDP', async () => {
    const port = await freePort();
    const pending = watch(ffmpeg, `udp://127.0.0.1:${port}`, 20);
    send(['-f', 'mpegts', `udp://127.0.0.1:${port}?pkt_size=1316`], { isPaced: true });
    await expectFrames(await pending);
  }, 30_000);

  it('reads SRT, by the name of its host, where ffmpeg has it', async (context) => {
    const protocols = await ffmpegOutput(ffmpeg, ['-protocols']);
    context.skip(!/^ *srt$/mu.test(Buffer.from(protocols).toString()), 'this ffmpeg was built without it');
    const port = await freePort();
    send(['-f', 'mpegts', `srt://127.0.0.1:${port}?mode=listener`], { by: ffmpeg, isPaced: true });
    await expectFrames(await watch(ffmpeg, `srt://localhost:${port}`, 20));
  }, 30_000);

  it('reads MPEG-TS from a TCP server, by the name of its host', async () => {
    const port = await freePort();
    send(['-f', 'mpegts', `tcp://127.0.0.1:${port}?listen=1`]);
    await expectFrames(await watch(ffmpeg, `tcp://localhost:${port}`, 100));
  }, 30_000);

  it('gives the name of the host to an HTTP server', async () => {
    const hosts: (string | undefined)[] = [];
    const server = createServer((request, response) => {
      hosts.push(request.headers.host);
      response.writeHead(404).end();
    });
    const port = await localPort(server);
    const { frames } = openStreamSource(`http://localhost:${port}/live`, { ffmpeg, maxReconnects: 0 });
    await expect(frames.next()).rejects.toThrow('404');
    expect(hosts).toEqual([`localhost:${port}`]);
    await new Promise((resolve) => server.close(resolve));
  });
});

describe('openStreamSource', () => {
  it.each([
    { code: 'ENOTFOUND', attempts: 0 },
    { code: 'EAI_AGAIN', attempts: 2 },
  ])('looks a name up again $attempts times at $code', async ({ code, attempts }) => {
    const reasons: string[] = [];
    const { frames } = openStreamSource(`rtmp://${code}.invalid/live/key`, {
      ffmpeg: { ...bundled, version: 'static' },
      maxReconnects: 2,
      baseDelayMs: 1,
      onReconnect: ({ reason }) => reasons.push(reason),
    });
    await expect(frames.next()).rejects.toThrow(`host name was not found (getaddrinfo ${code} ${code}.invalid)`);
    expect(reasons).toHaveLength(attempts);
  });

  it.runIf(process.platform === 'linux')('does not try again where there is no such device', async () => {
    const onReconnect = (): void => expect.unreachable();
    const { frames } = openStreamSource('/dev/video9876', { ffmpeg: bundled, onReconnect });
    await expect(frames.next()).rejects.toThrow(
      /Cannot read the stream \/dev\/video9876: .*No such file or directory/u,
    );
  });

  it.skipIf(process.platform === 'win32')('does not start an ffmpeg again that has crashed', async () => {
    const path = join(folder, 'crash.sh');
    await writeFile(path, '#!/bin/sh\nkill -SEGV $$\n');
    await chmod(path, 0o755);
    const onReconnect = (): void => expect.unreachable();
    for (const [version, words] of [
      ['7.0-static', /crash\.sh crashed, as a static build .* host name; install .* or set FFMPEG_PATH/u],
      ['7.0', /crash\.sh crashed; install/u],
    ] as const) {
      const ffmpeg = { ...bundled, path, version };
      const { frames } = openStreamSource('https://127.0.0.1:9/live', { ffmpeg, onReconnect });
      await expect(frames.next()).rejects.toThrow(words);
    }
  });

  it('does not try again where ffmpeg lacks the protocol', async () => {
    const onReconnect = (): void => expect.unreachable();
    const { frames } = openStreamSource('zmq9://127.0.0.1:9/live', { ffmpeg: bundled, onReconnect });
    await expect(frames.next()).rejects.toThrow(
      /does not know the protocol of this address; correct it, or install a newer ffmpeg/u,
    );
  });
});
