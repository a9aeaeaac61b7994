import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, existsSync, openSync, readFileSync } from 'node:fs';
import { cp } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type StatsEvent, type WatchEvent } from '../../src/core/watch-event.ts';
import { watchEventSchema } from '../../src/io/watch-event-schema.ts';
import { findFfmpeg } from '../../src/media/find-ffmpeg.ts';
import { compactModels, shopFixture } from '../../src/pipelines/package-folder.ts';
import { buildApproximate } from '../../src/pipelines/build-approximate.ts';
import { indexItems } from '../../src/pipelines/index-items.ts';
import { childrenOf } from '../../src/pipelines/process-memory.ts';
import { runVitrine } from '../helpers/run-vitrine.ts';
import { isLanceInstalled, onlyWithLance } from '../helpers/lance-installed.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';

const program = fileURLToPath(new URL('../../dist/bin/vitrine.js', import.meta.url));
const clip = join(shopFixture, 'video', '000003.mp4');

/** How a run ended, and what it had said. */
interface Ended {
  readonly exitCode: number | null;
  readonly events: readonly WatchEvent[];
  readonly stderr: string;
  /** From the deed of {@link watchUntil} to the end of the program. */
  readonly secondsToEnd: number;
  /** Of the processes that the program had started: those that are still there. */
  readonly orphans: readonly number[];
}

describe('vitrine watch', { timeout: 120_000 }, () => {
  let folder: Awaited<ReturnType<typeof temporaryFolder>>;
  let index = '';
  let ffmpeg = '';

  beforeAll(async () => {
    folder = await temporaryFolder();
    index = join(folder.path, 'shop.vitrine');
    await indexItems({ root: shopFixture, index, models: compactModels, device: 'cpu', mode: 'create' });
    ffmpeg = (await findFfmpeg()).path;
  }, 120_000);
  afterAll(() => folder[Symbol.asyncDispose]());

  /** Seconds: the end takes a tenth of it where the machine has time. Less would be a test of the machine. */
  const soon = 10;

  /** A stream of the clip that goes on for ever, in real time. */
  const endless = (): ChildProcess =>
    spawn(ffmpeg, ['-loglevel', 'quiet', '-re', '-stream_loop', '-1', '-i', clip, '-f', 'yuv4mpegpipe', '-'], {
      stdio: ['ignore', 'pipe', 'ignore'],
    });

  /** Runs the program until its first event, does `deed`, and waits for its end. */
  const watchUntil = async (
    { args = [], upstream }: { readonly args?: readonly string[]; readonly upstream?: ChildProcess },
    deed: (child: ChildProcess) => void,
  ): Promise<Ended> => {
    const child: ChildProcess = spawn(
      process.execPath,
      [program, 'watch', ...args, '--index', index, '--device', 'cpu'],
      {
        stdio: [upstream ? 'pipe' : 'ignore', 'pipe', 'pipe'],
      },
    );
    child.stdin?.on('error', () => undefined);
    if (upstream) upstream.stdout?.pipe(child.stdin!);
    let stderr = '';
    child.stderr!.setEncoding('utf8').on('data', (text: string) => (stderr += text));
    const events: WatchEvent[] = [];
    let deedMs = 0;
    let children: readonly number[] = [];
    createInterface({ input: child.stdout! }).on('line', (line) => {
      events.push(watchEventSchema.parse(JSON.parse(line)));
      if (deedMs > 0) return;
      deedMs = performance.now();
      children = childrenOf(child.pid!);
      deed(child);
    });
    await once(child, 'close');
    const { exitCode } = child;
    upstream?.kill('SIGKILL');
    const secondsToEnd = (performance.now() - deedMs) / 1000;
    return {
      exitCode,
      events,
      stderr,
      secondsToEnd,
      orphans: await leftOf(children),
    };
  };
  const lastOf = (events: readonly WatchEvent[]): StatsEvent => {
    const last = events.at(-1);
    if (last?.type !== 'stats') throw new Error('The last event is no `stats`');
    return last;
  };

  it('ends with a last word and code 130 at ctrl-C, on a pipe', async () => {
    const ended = await watchUntil({ args: ['-'], upstream: endless() }, (child) => child.kill('SIGINT'));
    expect(ended).toMatchObject({ exitCode: 130, orphans: [] });
    expect(ended.secondsToEnd).toBeLessThan(soon);
    expect(lastOf(ended.events).isLast).toBe(true);
  });

  it.each<NodeJS.Signals>(['SIGINT', 'SIGTERM', 'SIGHUP'])(
    'ends with a last word and code 130 at %s, and its ffmpeg with it, on a file',
    async (signal) => {
      const ended = await watchUntil({ args: [clip] }, (child) => child.kill(signal));
      expect(ended).toMatchObject({ exitCode: 130, orphans: [] });
      expect(ended.secondsToEnd).toBeLessThan(soon);
      expect(lastOf(ended.events).isLast).toBe(true);
    },
  );

  it('ends when the upstream process is killed, with what came until then', async () => {
    const upstream = endless();
    const ended = await watchUntil({ upstream }, () => upstream.kill('SIGKILL'));
    expect([0, 3]).toContain(ended.exitCode); // 3 where it was killed inside a frame.
    const { isLast, frames } = lastOf(ended.events);
    expect(isLast).toBe(true);
    expect(frames.came).toBe(frames.processed + frames.passedOver);
  });

  it('ends when nobody reads its events any more, and its ffmpeg with it', async () => {
    const ended = await watchUntil({ args: [clip] }, (child) => child.stdout?.destroy());
    expect(ended).toMatchObject({ exitCode: 141, orphans: [] });
    expect(ended.secondsToEnd).toBeLessThan(soon);
  });

  it.each(['wait', 'drop-oldest'] as const)(
    'accounts for every frame of a pipe that is too fast, and holds a few: %s',
    async (policy) => {
      const flags = ['--sample', 'every:10', '--when-behind', policy, '--lanes', '1', '--stats-seconds', '0.2'];
      const flood = spawn(ffmpeg, ['-loglevel', 'quiet', '-i', clip, '-f', 'yuv4mpegpipe', '-'], {
        stdio: ['ignore', 'pipe', 'ignore'],
      });
      const { exitCode, events } = await watchUntil({ args: flags, upstream: flood }, () => undefined);
      const { frames } = lastOf(events);
      const judged = events.flatMap((event) => (event.type === 'frame' ? event.frame : []));
      expect(exitCode).toBe(0);
      expect(frames).toMatchObject({ came: 400, passedOver: 360, failed: 0, underWay: 0 });
      expect(frames.processed + frames.dropped).toBe(40);
      expect(judged).toHaveLength(frames.processed);
      const wanted = Array.from({ length: 40 }, (_, place) => place * 10);
      expect(judged).toEqual(wanted.filter((frame) => judged.includes(frame)));
      expect(frames.dropped > 0).toBe(policy === 'drop-oldest');
      // Two frames at once for a lane, one at the entrance, and one in the hand.
      const underWay = events.flatMap((event) => (event.type === 'stats' ? event.frames.underWay : []));
      expect(underWay.length).toBeGreaterThan(1);
      expect(Math.max(...underWay)).toBeLessThanOrEqual(4);
    },
  );

  it('drops frames of a stream that is too fast, and counts them', async () => {
    const { exitCode, stdout } = await runVitrine([
      'watch',
      clip,
      '--index',
      index,
      '--sample',
      'every:1',
      '--when-behind',
      'drop-oldest',
      '--device',
      'cpu',
    ]);
    const events = stdout
      .trim()
      .split('\n')
      .map((line) => watchEventSchema.parse(JSON.parse(line)));
    const last = lastOf(events);
    expect(exitCode).toBe(0);
    expect(last.frames).toMatchObject({ came: 400, passedOver: 0, failed: 0, underWay: 0 });
    expect(last.frames.dropped).toBeGreaterThan(0);
    expect(last.frames.processed + last.frames.dropped).toBe(400);
    expect(events.filter(({ type }) => type === 'frame')).toHaveLength(last.frames.processed);
  });

  it('looks at every picture of a folder', async () => {
    const pictures = join(shopFixture, 'image', '000003');
    const { exitCode, stdout } = await runVitrine(['watch', pictures, '--index', index, '--device', 'cpu']);
    const { frames } = lastOf(
      stdout
        .trim()
        .split('\n')
        .map((line) => watchEventSchema.parse(JSON.parse(line))),
    );
    expect(exitCode).toBe(0);
    expect(frames.processed).toBe(frames.came);
  });

  it('refuses a folder without pictures before it opens anything', async () => {
    const args = ['watch', join(shopFixture, 'video'), '--index', index, '--device', 'cpu'];
    const { exitCode, stdout, stderr } = await runVitrine(args);
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' });
    expect(stderr).toMatch(/^vitrine: Expected pictures \([^\n]*\) in [^\n]*video, found none; [^\n]*\n$/u);
  });

  it('says what to run when there is nothing to search approximately with', async () => {
    const args = ['watch', clip, '--approximate', '--index', index, '--device', 'cpu', '--quiet'];
    const { exitCode, stdout, stderr } = await runVitrine(args);
    expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: '' });
    expect(stderr).toMatch(/^vitrine: The index .* Make it: `vitrine index approximate [^\n]*\n$/u);
  });

  it.skipIf(!isLanceInstalled)(`sees the same when it searches approximately${onlyWithLance}`, async () => {
    const linked = join(folder.path, 'linked.vitrine');
    await cp(index, linked, { recursive: true });
    await buildApproximate(linked);
    const args = ['watch', join(shopFixture, 'image', '000003'), '--device', 'cpu'];
    const exact = await runVitrine([...args, '--index', index]);
    const { exitCode, stdout, stderr } = await runVitrine([...args, '--index', linked, '--approximate']);
    expect(exitCode).toBe(0);
    expect(stderr).toMatch(/^\d+ items, \d+ boxes \(approximate: recall@10 1\.0000\); cpu/u);
    const frames = (text: string): readonly unknown[] =>
      text
        .trim()
        .split('\n')
        .map((line) => watchEventSchema.parse(JSON.parse(line)))
        .flatMap((event) => (event.type === 'frame' ? [event.boxes] : []));
    expect(frames(stdout)).toEqual(frames(exact.stdout));
    expect(frames(stdout).length).toBeGreaterThan(0);
  });

  it.runIf(existsSync('/dev/full'))('says in one line that its output cannot be written', async () => {
    const full = openSync('/dev/full', 'w');
    const child = spawn(process.execPath, [program, 'watch', clip, '--index', index, '--device', 'cpu', '--quiet'], {
      stdio: ['ignore', full, 'pipe'],
    });
    let stderr = '';
    child.stderr!.setEncoding('utf8').on('data', (text: string) => (stderr += text));
    await once(child, 'close');
    closeSync(full);
    expect(child.exitCode).toBe(1);
    expect(stderr).toMatch(/^vitrine: Cannot write the output: ENOSPC[^\n]*\n$/);
  });

  it.each([
    { what: 'no index there', args: [clip, '--index', '/nowhere/shop.vitrine'], says: '/nowhere/shop.vitrine' },
    { what: 'a source that is not there', args: ['/nowhere/clip.mp4'], says: '/nowhere/clip.mp4' },
    { what: 'a sampling that is none', args: [clip, '--sample', 'often'], says: '--sample' },
    { what: 'raw frames of a clip', args: [clip, '--raw', '540x960:rgb24'], says: 'Expected `--raw` for bare pixels' },
    { what: 'a bound of bytes for a clip', args: [clip, '--max-frame', '1MiB'], says: 'Expected `--max-frame` for' },
    { what: 'a rate of a clip', args: [clip, '--rate', '5'], says: 'Expected `--rate` for frames without times' },
    { what: 'a raw format that is none', args: ['--raw', '540x960:yuvx'], says: 'yuvx' },
  ])('says in one line what is wrong with $what', async ({ args, says }) => {
    const given = args.includes('--index') ? args : [...args, '--index', index];
    const { exitCode, stderr, stdout } = await runVitrine(['watch', ...given, '--device', 'cpu', '--quiet']);
    expect(exitCode).toBe(2);
    expect(stderr).toContain(says);
    expect(stderr.trim().split('\n')).toHaveLength(1);
    expect(stdout).toBe('');
  });
});

/** Not of one that has ended and that its parent has not asked about. */
function isRunning(pid: number): boolean {
  try {
    return !/^\d+ \(.*\) Z/.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
}

/** Those that have not ended a moment after their parent. */
async function leftOf(pids: readonly number[]): Promise<readonly number[]> {
  for (let wait = 0; wait < 10 && pids.some(isRunning); wait += 1) await sleep(50);
  return pids.filter(isRunning);
}
