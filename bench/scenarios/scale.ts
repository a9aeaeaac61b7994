import { existsSync, readdirSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { openDataset } from '../../src/io/dataset.ts';
import { type RunReport } from '../../src/pipelines/run-report.ts';
import { asStarted } from '../harness/as-started.ts';
import { measureChild } from '../harness/measure-child.ts';
import { type Cost } from '../harness/spread.ts';
import { watchTree } from '../harness/watch-tree.ts';

/** How often memory and files are looked at: a clip's ffmpeg lives for half a second. */
const everyMs = 50;
const program = fileURLToPath(new URL('../../bin/vitrine.js', import.meta.url));

/** One run of `match` on so many clips. */
export interface ScaleRun extends Cost {
  readonly clips: number;
  /** Most resident bytes and open files of the process tree at once, at one of the looks. */
  readonly peakRssBytes: number;
  readonly peakOpenFiles: number;
  /** From the start of the program until the boxes of an item or clip, and of a clip, were on the disk. */
  readonly firstBoxesSeconds: number;
  readonly firstClipSeconds: number;
}

/** Options of {@link runScale}. */
export interface RunScaleOptions {
  /** Folder in the layout of SPEC 1. */
  readonly root: string;
  readonly models: string;
  /** Frames of a clip, as `first:last:step`. */
  readonly frames: string;
  /** Numbers of clips, rising. */
  readonly counts: readonly number[];
  /** Rounds that count: in each, every number of clips is run once. */
  readonly runs: number;
  readonly say: (line: string) => void;
}

/**
 * Runs `match` on shops that differ in the number of their clips alone: the items of `root`, and as many of its clips as the smallest shop has, over
 * and over under new names, so that the mix of clips is the same in all.
 */
export async function runScale(options: RunScaleOptions): Promise<{ warmUp: ScaleRun; rounds: ScaleRun[][] }> {
  const { root, models, frames, counts, runs, say } = options;
  const folder = await mkdtemp(join(tmpdir(), 'vitrine-scale-'));
  try {
    const shops: (readonly [number, string])[] = [];
    for (const count of counts) {
      const shop = join(folder, `${count}`);
      await linkShop(shop, { root, count, different: counts[0] ?? count });
      shops.push([count, shop]);
    }
    const run = async ([clips, shop]: readonly [number, string], round: string): Promise<ScaleRun> => {
      const result = await runMatch(shop, { clips, out: join(folder, 'out'), models, frames });
      const { wallSeconds, cpuSeconds, peakRssBytes, peakOpenFiles } = result;
      say(
        `${round}, ${clips} clips: ${wallSeconds.toFixed(1)} s (CPU ${cpuSeconds.toFixed(1)} s), ${(peakRssBytes / 1e6).toFixed(0)} MB, ${peakOpenFiles} files open`,
      );
      return result;
    };
    const warmUp = await run(shops[0]!, 'warm-up');
    const rounds: ScaleRun[][] = [];
    for (let number = 1; number <= runs; number += 1) {
      const round: ScaleRun[] = [];
      for (const shop of shops) round.push(await run(shop, `round ${number}/${runs}`));
      rounds.push(round);
    }
    return { warmUp, rounds };
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** Options of {@link linkShop}. */
export interface LinkShopOptions {
  readonly root: string;
  readonly count: number;
  /** Clips of `root` that are used. */
  readonly different: number;
}

/** A shop of links: the items of another, and so many clips of it over and over under new names. */
export async function linkShop(shop: string, { root, count, different }: LinkShopOptions): Promise<void> {
  const clips = (await openDataset(root)).clips.slice(0, different);
  await mkdir(join(shop, 'video'), { recursive: true });
  await symlink(resolve(root, 'image'), join(shop, 'image'));
  for (let number = 0; number < count; number += 1) {
    const name = `${String(number).padStart(6, '0')}.mp4`;
    await symlink(resolve(clips[number % clips.length]!.path), join(shop, 'video', name));
  }
}

interface RunMatchOptions {
  readonly clips: number;
  readonly out: string;
  readonly models: string;
  readonly frames: string;
}

async function runMatch(shop: string, { clips, out, models, frames }: RunMatchOptions): Promise<ScaleRun> {
  await rm(out, { recursive: true, force: true });
  const first: { boxesMs?: number; clipMs?: number } = {};
  const startMs = performance.now();
  const hasBoxes = (side: string): boolean => {
    const boxes = join(out, 'boxes', side);
    return existsSync(boxes) && readdirSync(boxes).some((name) => name.endsWith('.json'));
  };
  const onLook = (): void => {
    if (first.clipMs !== undefined) return;
    const hasClip = hasBoxes('gallery');
    if (first.boxesMs === undefined && (hasClip || hasBoxes('query'))) first.boxesMs = performance.now() - startMs;
    if (hasClip) first.clipMs = performance.now() - startMs;
  };
  const settings = ['--models', models, '--device', 'cpu', '--frames', frames, '--quiet'];
  using tree = watchTree({ everyMs, onLook });
  const { wallSeconds, cpuSeconds } = await measureChild({
    command: await asStarted(program),
    args: ['match', shop, '--out', out, ...settings],
    onStart: tree.start,
  });
  onLook();
  const report: RunReport = JSON.parse(await readFile(join(out, 'run.json'), 'utf8'));
  if (report.clips !== clips || report.inputs.failed > 0) {
    throw new Error(`Expected a run of ${clips} clips without faults, got ${JSON.stringify(report.inputs)}`);
  }
  const { rssBytes, openFiles } = tree.peak;
  return {
    clips,
    wallSeconds,
    cpuSeconds,
    peakRssBytes: rssBytes,
    peakOpenFiles: openFiles,
    firstBoxesSeconds: (first.boxesMs ?? Number.NaN) / 1000,
    firstClipSeconds: (first.clipMs ?? Number.NaN) / 1000,
  };
}
