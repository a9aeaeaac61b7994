// What becomes of frames that come too fast: does `wait` lose none in flat memory, and does `drop-oldest` keep the latency bounded?
//   vitrine index fixtures/shop --out shop.vitrine
//   npm run build && node dist/bench/watch-behind.js fixtures/shop shop.vitrine bench/results/watch-behind.json
// Arguments: a shop, its index, the JSON file of the results, and perhaps how many frames are pushed through `wait`. Linux: it looks into /proc.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { type StatsEvent, type WatchEvent } from '../src/core/watch-event.ts';
import { openDataset } from '../src/io/dataset.ts';
import { findFfmpeg } from '../src/media/find-ffmpeg.ts';
import { childrenOf } from '../src/pipelines/process-memory.ts';
import { measured } from './harness/measured.ts';

const [shop = '', index = '', out = '', framesText = '10000'] = process.argv.slice(2);
const program = fileURLToPath(new URL('../bin/vitrine.js', import.meta.url));
/** Of the clips that `vitrine synth` makes; YUV 4:2:0 takes one and a half bytes a pixel. */
const [framesOfClip, rateOfClip, bytesOfFrame] = [400, 25, 540 * 960 * 1.5];
/** How the clock of /proc ticks on Linux. */
const ticksASecond = 100;
const framesToWait = Number(framesText);
const framesToTime = 400;
const timesTooFast = 4;

const folder = await mkdtemp(join(tmpdir(), 'watch-behind-'));
const { clips } = await openDataset(shop);
const ffmpeg = (await findFfmpeg()).path;

const command =
  'npm run build && node dist/bench/watch-behind.js fixtures/shop shop.vitrine bench/results/watch-behind.json';
const data = `the ${clips.length} clips of ${basename(shop)} over and over, as YUV 4:2:0`;
const results = await measured({ command, data }, async () => {
  const wait = await watch({ frames: framesToWait, sample: 'every:5', whenBehind: 'wait' });
  const timed = await watch({ frames: framesToTime, sample: 'every:1', whenBehind: 'wait' });
  const speed = (timed.last.frames.processed - 1) / timed.judgedSeconds;
  const fed = speed * timesTooFast;
  const drop = await watch({
    frames: clips.length * framesOfClip,
    sample: 'every:1',
    whenBehind: 'drop-oldest',
    rate: fed,
  });
  const judged = wait.events.flatMap((event) => (event.type === 'frame' ? event.frame : []));
  const { came, processed, dropped, failed, passedOver, underWay } = drop.last.frames;
  return {
    what: 'frames of 540x960 piped from ffmpeg into `vitrine watch` faster than it can look at them',
    wait: {
      frames: wait.last.frames,
      isNoneLost: judged.length === Math.ceil(framesToWait / 5) && judged.every((frame, place) => frame === place * 5),
      elapsedSeconds: wait.elapsedSeconds,
      rssMb: overTime(wait.samples.map(({ rssBytes }) => rssBytes / 1e6)),
      ffmpeg: {
        cpuSeconds: wait.samples.at(-1)?.ffmpegCpuSeconds,
        wallSeconds: wait.samples.at(-1)?.seconds,
        /** What it had written and `came` did not count yet, in frames. */
        mostFramesAhead: Math.max(...wait.ahead),
        medianFramesAhead: quantile(wait.ahead, 0.5),
      },
    },
    dropOldest: {
      framesASecondAlone: speed,
      framesASecondFed: fed,
      framesASecondCame: drop.cameASecond,
      frames: drop.last.frames,
      isSumExact: came === processed + dropped && failed + passedOver + underWay === 0,
      elapsedSeconds: drop.elapsedSeconds,
      frameLatencyMs: latencies(drop.events, ['frame']),
      announcementLatencyMs: latencies(drop.events, ['match', 'revise']),
      rssMb: overTime(drop.samples.map(({ rssBytes }) => rssBytes / 1e6)),
    },
  };
});
await rm(folder, { recursive: true });
process.stdout.write(`${JSON.stringify(results, undefined, 1)}\n`);
if (out !== '') await writeFile(out, `${JSON.stringify(results, undefined, 1)}\n`);

interface Run {
  readonly frames: number;
  readonly sample: string;
  readonly whenBehind: 'wait' | 'drop-oldest';
  /** Frames a second that ffmpeg gives; as many as are taken when left out. */
  readonly rate?: number;
}

interface Sample {
  /** Since the first frame was judged. */
  readonly seconds: number;
  readonly rssBytes: number;
  readonly ffmpegCpuSeconds: number;
}

/** A pipe of ffmpeg and the program, as a shell makes it, looked at once a second. */
async function watch({ frames, sample, whenBehind, rate }: Run) {
  const list = join(folder, 'clips.txt');
  const places = Array.from({ length: Math.ceil(frames / framesOfClip) }, (_, place) => clips[place % clips.length]);
  await writeFile(list, places.map((clip) => `file '${resolve(clip?.path ?? '')}'\n`).join(''));
  const pace = rate === undefined ? '' : `-re -itsscale ${rateOfClip / rate}`;
  const upstream = `'${ffmpeg}' -nostdin -loglevel error ${pace} -f concat -safe 0 -i '${list}' -vf setpts=N/${rateOfClip}/TB -r ${rateOfClip} -frames:v ${frames} -f yuv4mpegpipe -`;
  const judge = `'${process.execPath}' '${program}' watch --index '${index}' --device cpu --quiet --stats-seconds 1 --sample ${sample} --when-behind ${whenBehind}`;
  const startedMs = performance.now();
  const shell: ChildProcess = spawn('sh', ['-c', `${upstream} | ${judge}`], { stdio: ['ignore', 'pipe', 'inherit'] });

  const events: WatchEvent[] = [];
  const samples: Sample[] = [];
  const ahead: number[] = [];
  let pids: { readonly ffmpeg: number; readonly judge: number } | undefined;
  const counted: { readonly ms: number; readonly came: number }[] = [];
  let [firstMs, lastMs, looking] = [0, 0, Promise.resolve()];
  const look = async ({ frames }: StatsEvent): Promise<void> => {
    pids ??= await pipeOf(shell.pid ?? 0);
    const { rssBytes } = await memoryOf(pids.judge);
    const { cpuSeconds, writtenBytes } = await workOf(pids.ffmpeg);
    // One that has ended has no numbers.
    if (rssBytes === 0 || cpuSeconds === 0) return;
    samples.push({ seconds: (performance.now() - firstMs) / 1000, rssBytes, ffmpegCpuSeconds: cpuSeconds });
    ahead.push(writtenBytes / bytesOfFrame - frames.came);
  };
  createInterface({ input: shell.stdout! }).on('line', (line) => {
    const event: WatchEvent = JSON.parse(line);
    events.push(event);
    if (event.type === 'frame') {
      lastMs = performance.now();
      firstMs ||= lastMs;
    }
    if (event.type !== 'stats') return;
    if (firstMs === 0 || event.frames.came === frames) return;
    counted.push({ ms: performance.now(), came: event.frames.came });
    looking = looking.then(() => look(event));
  });
  await once(shell, 'close');
  await looking;
  const last = events.at(-1);
  const [from, to] = [counted[0], counted.at(-1)];
  if (shell.exitCode !== 0 || last?.type !== 'stats') throw new Error(`The pipe ended with ${shell.exitCode}`);
  return {
    events,
    samples,
    ahead,
    last,
    judgedSeconds: (lastMs - firstMs) / 1000,
    cameASecond: from && to ? ((to.came - from.came) / (to.ms - from.ms)) * 1000 : null,
    elapsedSeconds: (performance.now() - startedMs) / 1000,
  };
}

/** The two ends of the pipe that a shell has made. */
async function pipeOf(shell: number) {
  const named = await Promise.all(
    childrenOf(shell).map(async (pid) => ({ pid, name: (await readOr(`/proc/${pid}/comm`)).trim() })),
  );
  const find = (isIt: (name: string) => boolean): number => named.find(({ name }) => isIt(name))?.pid ?? 0;
  return { ffmpeg: find((name) => name.startsWith('ffmpeg')), judge: find((name) => !name.startsWith('ffmpeg')) };
}

async function memoryOf(pid: number) {
  const kib = /^VmRSS:\s+(\d+) kB$/mu.exec(await readOr(`/proc/${pid}/status`))?.[1];
  return { rssBytes: Number(kib ?? 0) * 1024 };
}

async function workOf(pid: number) {
  const [stat, io] = await Promise.all([readOr(`/proc/${pid}/stat`), readOr(`/proc/${pid}/io`)]);
  const [user = 0, system = 0] = stat.slice(stat.lastIndexOf(')')).split(' ').slice(12, 14).map(Number);
  return { cpuSeconds: (user + system) / ticksASecond, writtenBytes: Number(/^wchar: (\d+)$/mu.exec(io)?.[1] ?? 0) };
}

async function readOr(path: string): Promise<string> {
  return readFile(path, 'utf8').catch(() => '');
}

function overTime(values: readonly number[]) {
  const at = (share: number): number => Math.round(values[Math.round(share * (values.length - 1))] ?? NaN);
  return {
    start: at(0),
    quarter: at(0.25),
    half: at(0.5),
    threeQuarters: at(0.75),
    end: at(1),
    most: Math.round(Math.max(...values)),
  };
}

function latencies(events: readonly WatchEvent[], types: readonly WatchEvent['type'][]) {
  const all = events.flatMap((event) =>
    types.includes(event.type) && 'latencyMs' in event && typeof event.latencyMs === 'number' ? event.latencyMs : [],
  );
  return { count: all.length, p50: quantile(all, 0.5), p95: quantile(all, 0.95), max: quantile(all, 1) };
}

function quantile(values: readonly number[], share: number): number | null {
  return values.toSorted((a, b) => a - b)[Math.max(0, Math.ceil(share * values.length) - 1)] ?? null;
}
