import { spawn } from 'node:child_process';
import { cp, mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { type BoxFeature } from '../../src/core/box-feature.ts';
import { iou } from '../../src/core/box.ts';
import { type FrameEvent, type WatchEvent } from '../../src/core/watch-event.ts';
import { openBoxStore } from '../../src/io/open-box-store.ts';
import { watchEventSchema } from '../../src/io/watch-event-schema.ts';
import { findFfmpeg } from '../../src/media/find-ffmpeg.ts';
import { indexItems } from '../../src/pipelines/index-items.ts';
import { matchDataset } from '../../src/pipelines/match-dataset.ts';
import { compactModels, shopFixture } from '../../src/pipelines/package-folder.ts';
import { watchStream, type WatchStreamOptions } from '../../src/pipelines/watch-stream.ts';
import { localPort } from '../helpers/local-port.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';
import { tinyModels } from '../helpers/tiny-models.ts';

/** It shows item 000002 from frame 80 on. */
const clip = join(shopFixture, 'video', '000002.mp4');
const frames = { first: 0, step: 20, last: 120 };

/** The first frames of the clip as the real ffmpeg writes them. */
async function piped(...args: readonly string[]): Promise<AsyncIterable<Uint8Array>> {
  const { path } = await findFfmpeg();
  const input = ['-loglevel', 'error', '-i', clip, '-frames:v', `${frames.last + 1}`];
  return spawn(path, [...input, ...args, '-'], { stdio: ['ignore', 'pipe', 'inherit'] }).stdout;
}

describe('watchStream', { timeout: 180_000 }, () => {
  let folder: Awaited<ReturnType<typeof temporaryFolder>>;
  let index = '';
  let stored: readonly BoxFeature[] = [];

  const watch = async (options: Partial<WatchStreamOptions> & Pick<WatchStreamOptions, 'source'>) => {
    const events: WatchEvent[] = [];
    const last = await watchStream({
      index,
      device: 'cpu',
      onEvent: (event) => void events.push(watchEventSchema.parse(event)),
      ...options,
    });
    return { events, last, looked: events.filter((event): event is FrameEvent => event.type === 'frame') };
  };
  const likeMatch = { sampling: { kind: 'index', step: frames.step }, features: true } as const;

  beforeAll(async () => {
    folder = await temporaryFolder();
    index = join(folder.path, 'shop.vitrine');
    await indexItems({ root: shopFixture, index, models: compactModels, device: 'cpu', mode: 'create' });
    const root = join(folder.path, 'one clip');
    await mkdir(join(root, 'image', '000002'), { recursive: true });
    await mkdir(join(root, 'video'));
    await symlink(join(shopFixture, 'image', '000002', '0.jpg'), join(root, 'image', '000002', '0.jpg'));
    await symlink(clip, join(root, 'video', '000002.mp4'));
    const out = join(folder.path, 'run');
    await matchDataset({ root, out, device: 'cpu', frames });
    stored = await (await openBoxStore(join(out, 'boxes'))).read({ side: 'gallery', id: '000002' });
  }, 180_000);
  afterAll(() => folder[Symbol.asyncDispose]());

  const matched = (frame: number): readonly BoxFeature[] => stored.filter((box) => box.frame === `${frame}`);

  it.each([
    { what: 'YUV4MPEG2 of 4:2:0', args: ['-f', 'yuv4mpegpipe'], raw: undefined },
    { what: 'raw rgb24', args: ['-f', 'rawvideo', '-pix_fmt', 'rgb24'], raw: '540x960:rgb24@25' },
    { what: 'PPM', args: ['-f', 'image2pipe', '-c:v', 'ppm'], raw: undefined },
  ])('finds in $what the boxes and features that match finds in the clip', async ({ args, raw }) => {
    const { looked, last } = await watch({
      source: await piped(...args),
      ...likeMatch,
      raw,
    });
    expect(last.frames).toEqual({ came: 121, passedOver: 114, dropped: 0, failed: 0, processed: 7, underWay: 0 });
    expect(looked.map(({ frame }) => frame)).toEqual([0, 20, 40, 60, 80, 100, 120]);
    for (const { frame, boxes } of looked) {
      const expected = matched(frame);
      expect(boxes.map(({ box }) => box)).toEqual(expected.map(({ box }) => box));
      for (const [place, { feature = [], score }] of boxes.entries()) {
        expect(score).toBeCloseTo(expected[place]!.score, 4);
        const apart = feature.map((value, at) => Math.abs(value - expected[place]!.feature[at]!));
        expect(Math.max(...apart)).toBeLessThan(1e-4);
      }
    }
  });

  it('reads a file of raw frames', async () => {
    const source = join(folder.path, 'frames.rgb');
    await writeFile(source, await piped('-f', 'rawvideo', '-pix_fmt', 'rgb24'));
    const { looked, last } = await watch({ source, raw: '540x960:rgb24@25', sampling: { kind: 'index', step: 80 } });
    expect(last.frames).toMatchObject({ came: 121, processed: 2 });
    expect(looked.map(({ seconds, boxes }) => [seconds, boxes.map(({ box }) => box)])).toEqual(
      [0, 80].map((frame) => [frame / 25, matched(frame).map(({ box }) => box)]),
    );
  });

  it('finds nearly the same in JPEG of good quality', async () => {
    const source = await piped('-f', 'image2pipe', '-c:v', 'mjpeg', '-pix_fmt', 'yuvj420p', '-q:v', '2');
    const { looked } = await watch({ source, ...likeMatch });
    const cosines = looked.flatMap(({ frame, boxes }) =>
      boxes.flatMap(({ box, feature = [] }) => {
        const same = matched(frame).find((other) => iou(other.box, box) > 0.95);
        return same ? [feature.reduce((sum, value, at) => sum + value * same.feature[at]!, 0)] : [];
      }),
    );
    expect(cosines.length).toBeGreaterThan(0.8 * stored.length);
    // JPEG moves most boxes by a pixel or two, and their crops with them.
    expect(cosines.reduce((sum, value) => sum + value / cosines.length, 0)).toBeGreaterThan(0.985);
    expect(Math.min(...cosines)).toBeGreaterThan(0.96);
  });

  it('announces the item of a file that it reads by itself, and ends it with the stream', async () => {
    const { events, last } = await watch({ source: clip });
    expect(events.flatMap((event) => (event.type === 'match' ? event.item : []))).toEqual(['000002']);
    expect(events.at(-2)).toMatchObject({ type: 'end', item: '000002', reason: 'over' });
    expect(events.at(-1)).toEqual(last);
    expect(last).toMatchObject({ isLast: true, shows: 1, frames: { came: 400, processed: 80, passedOver: 320 } });
  });

  it('reads a recording behind a URL', async () => {
    const bytes = await readFile(clip);
    const server = createServer((_, response) => response.end(bytes));
    const source = `http://localhost:${await localPort(server)}/clip.mp4`;
    const { last } = await watch({ source, sampling: { kind: 'index', step: 100 } });
    expect(last.frames).toMatchObject({ came: 400, processed: 4 });
    await new Promise((resolve) => server.close(resolve));
  });

  it('says how a stream is broken and looks at the rest', async () => {
    const whole: Uint8Array[] = [];
    for await (const chunk of await piped('-f', 'yuv4mpegpipe')) whole.push(chunk);
    const bytes = Buffer.concat(whole);
    const problems: string[] = [];
    const { last } = await watch({
      source: (async function* () {
        yield bytes.subarray(0, bytes.length - 1000);
      })(),
      sampling: { kind: 'index', step: 60 },
      onProblem: (problem) => void problems.push(problem),
    });
    expect(last.frames).toMatchObject({ came: 120, processed: 2 });
    expect(problems).toEqual([
      'The stream ended inside frame 120, after 776600 of 777600 bytes; that frame was left out',
    ]);
  });

  it('ends with a last word when it is told to stop, though the source is silent', async () => {
    const controller = new AbortController();
    const { last } = await watch({
      source: (async function* () {
        await new Promise(() => undefined);
        yield new Uint8Array();
      })(),
      signal: controller.signal,
      onReady: () => setTimeout(() => controller.abort(), 50),
    });
    expect(last).toMatchObject({ type: 'stats', isLast: true, frames: { came: 0 } });
  });

  it('looks at no further frame while its events are not taken', async () => {
    let isTaken = false;
    let early = 0;
    await watch({
      source: clip,
      sampling: { kind: 'index', step: 100 },
      statsSeconds: 0.2, // What is told of in between, and taken at once, is not to hide that the frame is not.
      onEvent: async (event) => {
        if (event.type !== 'frame') return;
        if (event.frame > 0 && !isTaken) early += 1;
        if (event.frame === 0) {
          await new Promise((resolve) => setTimeout(resolve, 1500));
          isTaken = true;
        }
      },
    });
    expect(early).toBe(0);
  });

  it('waits for the last event, and ends with the reason of one that is rejected', async () => {
    let isTaken = false;
    const onLast = async ({ type }: WatchEvent): Promise<void> => {
      if (type !== 'stats') return;
      await new Promise((resolve) => setTimeout(resolve, 300));
      isTaken = true;
    };
    const few = { source: clip, sampling: { kind: 'index', step: 200 } } as const;
    await watch({ ...few, onEvent: onLast });
    expect(isTaken).toBe(true);
    const controller = new AbortController();
    const onStuck = async ({ type }: WatchEvent): Promise<void> => {
      if (type !== 'stats') return;
      setTimeout(() => controller.abort(), 100);
      await new Promise(() => {});
    };
    await watch({ ...few, onEvent: onStuck, signal: controller.signal });
    for (const refused of ['frame', 'stats'])
      await expect(
        watch({
          ...few,
          onEvent: async ({ type }) => (type === refused ? Promise.reject(new Error('full')) : undefined),
        }),
      ).rejects.toThrow('full');
  });

  it('refuses a damaged index before it takes a frame', async () => {
    const damaged = join(folder.path, 'damaged.vitrine');
    await cp(index, damaged, { recursive: true });
    const shard = (await readdir(join(damaged, 'shards'))).find((name) => name.endsWith('.f32')) ?? '';
    const path = join(damaged, 'shards', shard);
    const bytes = await readFile(path);
    await writeFile(path, bytes.fill(0, 0, 4));
    const onReady = vi.fn();
    await expect(watch({ source: clip, index: damaged, onReady })).rejects.toMatchObject({
      code: 'store-invalid',
      path,
    });
    expect(onReady).not.toHaveBeenCalled();
  });

  it('refuses an index of other models, options out of range, and a source that is not there', async () => {
    await expect(watch({ source: clip, models: tinyModels })).rejects.toMatchObject({ code: 'store-invalid' });
    await expect(watch({ source: clip, sampling: { kind: 'rate', rate: 0 } })).rejects.toThrow('sampling.rate');
    await expect(watch({ source: clip, rate: -1 })).rejects.toThrow('`rate`');
    await expect(watch({ source: join(folder.path, 'nothing.mp4') })).rejects.toMatchObject({
      code: 'stream-unreadable',
    });
  });
});
