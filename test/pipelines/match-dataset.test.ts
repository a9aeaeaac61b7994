import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { lstat, mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type FlowOptions } from '../../src/core/defaults.ts';
import { childrenOf } from '../../src/pipelines/process-memory.ts';
import {
  type MatchDatasetOptions,
  matchDataset,
  type Progress,
  type RunReport,
} from '../../src/pipelines/match-dataset.ts';
import { rematch } from '../../src/pipelines/rematch.ts';
import { type Bar, overlaps, readTrace } from '../helpers/chrome-trace.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';
import { copyTinyModels, tinyModels } from '../helpers/tiny-models.ts';
import { writeTinyShop } from '../helpers/tiny-shop.ts';

type Options = Omit<MatchDatasetOptions, 'root' | 'out'>;

const frames = { first: 0, step: 1, last: 2 };
const base: Options = { models: tinyModels, device: 'cpu', lanes: 1, frames };

/** Every file under a folder with its content, dates and all that a run writes about itself aside. */
async function contentOf(folder: string): Promise<ReadonlyMap<string, string>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile() && entry.name !== 'run.json');
  const paths = files.map((entry) => join(entry.parentPath, entry.name)).toSorted();
  const contents = await Promise.all(paths.map((path) => readFile(path, 'latin1')));
  return new Map(paths.map((path, place) => [path.slice(folder.length), contents[place] ?? '']));
}

describe('matchDataset', { timeout: 120_000 }, () => {
  let folder: Awaited<ReturnType<typeof temporaryFolder>>;
  let shop: string;
  let good: RunReport;
  const progress: Progress[] = [];
  const outOf = (name: string): string => join(folder.path, name);

  beforeAll(async () => {
    folder = await temporaryFolder();
    shop = outOf('shop');
    await writeTinyShop(shop);
    good = await matchDataset({ ...base, root: shop, out: outOf('good'), onProgress: (one) => progress.push(one) });
  }, 120_000);
  afterAll(() => folder[Symbol.asyncDispose]());

  it('finds each item in its clip', async () => {
    const result = JSON.parse(await readFile(join(outOf('good'), 'result.json'), 'utf8'));
    expect(result).toMatchObject({
      v1: { item_id: '002', result: [{ img_name: '0' }] },
      v2: { item_id: '001', result: [{ img_name: '0' }] },
    });
  });

  it('pools the tracks of each clip when asked to, and says so', async () => {
    const out = outOf('pooled');
    const { options } = await matchDataset({ ...base, root: shop, out, pool: 'tracks' });
    expect(options.pool).toBe('tracks');
    expect(good.options.pool).toBe('none');
    const pooled = join(folder.path, 'pooled.json');
    await rematch({ from: outOf('good'), out: pooled, pool: 'tracks' });
    const [result, ofRun, byDefault] = await Promise.all(
      [pooled, join(out, 'result.json'), join(outOf('good'), 'result.json')].map((path) => readFile(path, 'utf8')),
    );
    expect(ofRun).toBe(result);
    expect(ofRun).not.toBe(byDefault);
  });

  it('accounts for itself in run.json', async () => {
    expect(JSON.parse(await readFile(join(outOf('good'), 'run.json'), 'utf8'))).toEqual(
      JSON.parse(JSON.stringify(good)),
    );
    expect(good).toMatchObject({
      format: 1,
      root: shop,
      items: 2,
      clips: 2,
      inputs: { total: 4, done: 4, skipped: 0, failed: 0, notable: [], ignored: [] },
      frames: { read: 8, missing: 0, withoutBoxes: 0 },
      boxes: { items: 2, clips: 6, dropped: 0 },
      matches: 2,
      models: { name: 'tiny' },
      device: { device: 'cpu', lanes: 1 },
      stages: {
        decode: { count: 8 },
        detect: { count: 8 },
        crop: { count: 8 },
        embed: { count: 8 },
        store: { count: 4 },
      },
      limit: expect.stringMatching(/^(decode|detect|crop|embed|store)$/u),
      credit: { totalBytes: 134_217_728 },
    });
    const { usage, mainThreadShare } = good;
    for (const share of [usage.laneBusyShare, usage.overlapShare, mainThreadShare]) {
      expect(share).toBeGreaterThan(0);
      expect(share).toBeLessThanOrEqual(1);
    }
    expect(Object.keys(usage.modelMs).toSorted()).toEqual([
      'detector',
      ...['a', 'b', 'c', 'd'].map((name) => `embedder ${name}`),
    ]);
    expect(good.mainThreadMeasure).toBe(process.platform === 'linux' ? 'cpu-time' : 'event-loop');
    expect(usage.decodeMs).toBeGreaterThan(0);
    expect(good.advice).toEqual(expect.any(Array));
    expect(good.credit.peakBytes).toBeGreaterThan(0);
    expect(good.peakRssBytes).toBeGreaterThan(20e6);
    expect(good.elapsedMs).toBeGreaterThanOrEqual(good.inferenceMs + good.matchingMs);
    expect(good.eventLoopDelayMs.max).toBeGreaterThan(0);
  });

  it('tells how far it is', () => {
    const last = { done: 4, skipped: 0, failed: 0, total: 4, frames: 8, boxes: 8 };
    expect(progress[0]).toMatchObject({ done: 0, total: 4, frames: 0 });
    expect(progress.map(({ done }) => done)).toEqual([0, 1, 2, 3, 4]);
    expect(progress.at(-1)).toMatchObject(last);
  });

  it('gives the same bytes whatever happens at once', async () => {
    const expected = await contentOf(outOf('good'));
    expect([...expected.keys()]).toHaveLength(1 + 2 * 4);
    const flows: readonly FlowOptions[] = [
      { concurrency: 1, detectorBatch: 1, embedderBatch: 1, budgetBytes: 1 },
      { concurrency: 8, detectorBatch: 8, embedderBatch: 16, budgetBytes: 2 ** 30 },
    ];
    for (const [place, flow] of flows.entries()) {
      const out = outOf(`flow-${place}`);
      const report = await matchDataset({ ...base, lanes: 1 + place, flow, root: shop, out });
      expect(await contentOf(out)).toEqual(expected);
      expect(report.credit.peakBytes).toBeLessThanOrEqual(Math.max(flow.budgetBytes, 64 * 96 * 3));
    }
  });

  it('writes a trace when asked to, which changes nothing else', async () => {
    const out = outOf('traced');
    const path = join(out, 'trace.json');
    await mkdir(out);
    await writeFile(path, 'old');
    const report = await matchDataset({ ...base, lanes: 2, root: shop, out, trace: path });
    const expected = new Map([...(await contentOf(outOf('good'))), ['/trace.json', await readFile(path, 'latin1')]]);
    expect(await contentOf(out)).toEqual(expected);
    const trace = await readTrace(path);
    expect(overlaps(trace)).toEqual([]);
    const rowsOf = (pattern: RegExp): readonly Bar[] =>
      [...trace.rows].flatMap(([row, bars]) => (pattern.test(row) ? bars : []));
    const sum = (bars: readonly Bar[], fact: string): number =>
      bars.reduce((total, { args }) => total + Number(args[fact] ?? 0), 0);
    expect(sum(rowsOf(/^ffmpeg \d$/u), 'frames')).toBe(6);
    expect(sum(rowsOf(/^picture \d$/u), 'frames')).toBe(2);
    expect(rowsOf(/^crop/u)).toHaveLength(8);
    expect(rowsOf(/^store \d$/u)).toHaveLength(4);
    expect(rowsOf(/^match$/u)).toHaveLength(1);
    const runs = rowsOf(/^lane [12]$/u);
    const detected = runs.filter(({ name, cat }) => name === 'detector' && cat === 'work');
    expect(sum(detected, 'batch')).toBe(8);
    expect(runs.filter(({ cat }) => cat === 'warm-up')).toHaveLength(2 * 5);
    const { stages, credit, usage } = report;
    const counting = runs.filter(({ cat }) => cat === 'work');
    const busyMs = counting.reduce((total, { dur }) => total + dur, 0) / 1000;
    expect(Math.abs(busyMs - usage.laneBusyMs)).toBeLessThan(counting.length / 1000);
    const ends = counting.map(({ ts, dur }) => ts + dur);
    const spanMs = (Math.max(...ends) - Math.min(...counting.map(({ ts }) => ts))) / 1000;
    expect(usage.laneSpanMs).toBeCloseTo(spanMs, 1);
    expect(usage.laneBusyShare).toBeCloseTo(busyMs / spanMs / 2, 2);
    // A batch is asked for before a lane takes it, and answered after.
    expect(usage.laneBusyMs).toBeLessThan(stages.detect.busyMs + 4 * stages.embed.busyMs);
    const peaks = [
      credit.peakBytes,
      ...[stages.decode, stages.detect, stages.embed, stages.store].map((one) => one.peakInFlight),
    ];
    const counters = [...trace.counters.values()];
    expect(counters).toHaveLength(peaks.length);
    for (const [place, values] of counters.entries()) {
      expect(Math.min(...values)).toBe(0);
      expect(Math.max(...values)).toBeLessThanOrEqual(peaks[place] ?? 0);
      expect([values[0], values.at(-1)]).toEqual([0, 0]);
    }
    expect(Math.max(...(trace.counters.get('credit out (bytes)') ?? []))).toBeGreaterThan(0);
  });

  it('shows in a trace what is resized', async () => {
    await using models = await copyTinyModels();
    await models.edit(({ detector }) => {
      detector.clips.shortSide = 32;
    });
    const path = outOf('resized.json');
    await matchDataset({ ...base, models: models.folder, root: shop, out: outOf('resized'), trace: path });
    const { rows } = await readTrace(path);
    expect(rows.get('resize (main thread)')).toHaveLength(6);
  });

  it('shows in a trace who waits for credit, and gives the same bytes', async () => {
    const out = outOf('traced with little credit');
    const path = outOf('starved.json');
    const flow = { concurrency: 2, detectorBatch: 1, embedderBatch: 1, budgetBytes: 1 };
    await matchDataset({ ...base, flow, root: shop, out, trace: path });
    expect(await contentOf(out)).toEqual(await contentOf(outOf('good')));
    const trace = await readTrace(path);
    expect(overlaps(trace)).toEqual([]);
    const waits = [...trace.rows].flatMap(([row, bars]) => bars.flatMap(({ cat }) => (cat === 'wait' ? [row] : [])));
    expect(waits).toContain('ffmpeg 1');
  });

  it('goes on without what cannot be read, and says why', async () => {
    const root = outOf('damaged');
    await writeTinyShop(root);
    await mkdir(join(root, 'image', '003'));
    await writeFile(join(root, 'image', '003', '0.jpg'), 'not a picture');
    await writeFile(join(root, 'image', '001', '1.jpg'), '');
    await writeFile(join(root, 'video', 'v0.mp4'), 'not a clip');
    const out = outOf('damaged-out');
    const report = await matchDataset({ ...base, root, out });
    expect(await readFile(join(out, 'result.json'), 'utf8')).toBe(
      await readFile(join(outOf('good'), 'result.json'), 'utf8'),
    );
    expect(report.inputs).toMatchObject({
      total: 7,
      done: 4,
      skipped: 0,
      failed: 3,
      notable: [
        { path: join('image', '001', '1.jpg'), status: 'failed', frames: 0, missing: 1 },
        { path: join('image', '003', '0.jpg'), status: 'failed', frames: 0, missing: 1 },
        { path: join('video', 'v0.mp4'), status: 'failed', frames: 0, missing: 3 },
      ],
    });
    for (const { reason } of report.inputs.notable) expect(reason).toMatch(/^Cannot read the (picture|clip)/u);
  });

  it('skips clips that end before the first wanted frame', async () => {
    const report = await matchDataset({ ...base, frames: {}, root: shop, out: outOf('short') });
    expect(report).toMatchObject({
      inputs: { done: 2, skipped: 2, failed: 0 },
      frames: { read: 2, missing: 32 },
      matches: 0,
    });
    expect(await readFile(join(outOf('short'), 'result.json'), 'utf8')).toBe('{}\n');
  });

  it('leaves nothing of a former run', async () => {
    const out = outOf('again');
    await mkdir(join(out, 'boxes', 'query'), { recursive: true });
    await writeFile(join(out, 'boxes', 'query', 'old.json'), 'old');
    await matchDataset({ ...base, root: shop, out });
    expect(await contentOf(out)).toEqual(await contentOf(outOf('good')));
  });

  it('leaves a former run alone when it cannot begin', async () => {
    const out = outOf('kept');
    await mkdir(out);
    for (const name of ['result.json', 'run.json']) await writeFile(join(out, name), 'old');
    await expect(matchDataset({ ...base, root: shop, out, models: outOf('no models') })).rejects.toMatchObject({
      code: 'manifest-invalid',
    });
    for (const name of ['result.json', 'run.json']) expect(await readFile(join(out, name), 'utf8')).toBe('old');
  });

  it.each([
    { when: 'before it begins', at: -1 },
    { when: 'as soon as the models are open', at: undefined },
    { when: 'in the middle', at: 2 },
    { when: 'after the last box', at: 4 },
  ])('stops with the reason when it is aborted $when, and leaves nothing half done', async ({ when, at }) => {
    const out = outOf(`aborted ${when}`);
    await mkdir(out);
    await writeFile(join(out, 'result.json'), 'old');
    const control = new AbortController();
    const reason = new Error(when);
    if (at === -1) control.abort(reason);
    const onProgress = ({ done }: Progress): void => {
      if (done === at) control.abort(reason);
    };
    const trace = join(out, 'trace.json');
    await writeFile(trace, 'old');
    const run = matchDataset({ ...base, root: shop, out, trace, signal: control.signal, onProgress });
    if (at === undefined) {
      // That is when the old result goes.
      while (existsSync(join(out, 'result.json'))) await setImmediate();
      control.abort(reason);
    }
    await expect(run).rejects.toBe(reason);
    const left = await readdir(out, { recursive: true });
    expect(left.filter((name) => name.includes('.tmp') || name === 'run.json')).toEqual([]);
    for (const path of [join(out, 'result.json'), trace])
      expect(await readFile(path, 'utf8').catch(() => 'gone')).toBe(at === -1 ? 'old' : 'gone');
    expect(childrenOf(process.pid)).toEqual([]);
  });

  it.each([
    { what: 'is missing', prepare: async () => undefined },
    { what: 'is empty', prepare: (root: string) => mkdir(root) },
  ])('refuses a root that $what, and writes nothing', async ({ what, prepare }) => {
    const root = outOf(`root that ${what}`);
    await prepare(root);
    const run = matchDataset({ ...base, root, out: join(root, 'out') });
    await expect(run).rejects.toMatchObject({ name: 'PipelineError', code: 'dataset-invalid' });
    await expect(readdir(join(root, 'out'))).rejects.toThrow('ENOENT');
  });

  it.each<{ name: string; options: Options }>([
    { name: 'device', options: { device: JSON.parse('"abacus"') } },
    { name: 'lanes', options: { lanes: 0 } },
    { name: 'frames.first', options: { frames: { first: -1 } } },
    { name: 'frames.step', options: { frames: { step: 0 } } },
    { name: 'frames.last', options: { frames: { first: 10, last: 9 } } },
    { name: 'quantile', options: { matching: { quantile: 2 } } },
    { name: 'pool', options: { pool: JSON.parse('"clips"') } },
    { name: 'flow.concurrency', options: { flow: { concurrency: 0 } } },
    { name: 'flow.detectorBatch', options: { flow: { detectorBatch: 0 } } },
    { name: 'flow.embedderBatch', options: { flow: { embedderBatch: 1.5 } } },
    { name: 'flow.budgetBytes', options: { flow: { budgetBytes: 0 } } },
  ])('refuses a wrong $name before it looks at anything', async ({ name, options }) => {
    const run = matchDataset({ ...options, root: outOf('nowhere'), out: outOf('nowhere') });
    await expect(run).rejects.toThrow(TypeError);
    await expect(run).rejects.toThrow(`Expected \`${name}\``);
  });

  it.each([
    { of: 'options', options: '{"frmaes": {}}', got: 'frmaes' },
    { of: 'frames', options: '{"frames": {"from": 0}}', got: 'from' },
    { of: 'matching', options: '{"matching": {"maxDist": 1}}', got: 'maxDist' },
    { of: 'flow', options: '{"flow": {"batch": 4}}', got: 'batch' },
  ])('refuses a key that nobody knows, $got', async ({ of, options, got }) => {
    const run = matchDataset({ ...JSON.parse(options), root: outOf('nowhere'), out: outOf('nowhere') });
    await expect(run).rejects.toThrow(TypeError);
    await expect(run).rejects.toThrow(new RegExp(`^Expected the keys of \`${of}\` to be among .*, got ${got}$`, 'u'));
  });

  it.each(['', 'result.json', 'run.json', 'boxes', join('boxes', 'trace.json')])(
    'refuses to write the trace where the run writes itself: %j',
    async (name) => {
      const out = outOf('nowhere');
      const run = matchDataset({ root: out, out, trace: join(out, 'sub', '..', name) });
      await expect(run).rejects.toThrow(TypeError);
      await expect(run).rejects.toThrow('Expected `trace` to be a file of its own');
    },
  );

  it.runIf(process.platform !== 'win32')('leaves a pipe and a link that the trace is written to', async () => {
    const at = (name: string): string => join(outOf('traced'), name);
    await mkdir(at('run'), { recursive: true });
    execFileSync('mkfifo', [at('pipe')]);
    await symlink('real.json', at('link'));
    await writeFile(at('real.json'), 'old');
    const piped = readFile(at('pipe'), 'utf8');
    await matchDataset({ ...base, root: shop, out: at('run'), trace: at('pipe') });
    await matchDataset({ ...base, root: shop, out: at('run'), trace: at('link') });
    for (const text of [await piped, await readFile(at('real.json'), 'utf8')])
      expect(JSON.parse(text)).toHaveProperty('traceEvents');
    expect((await lstat(at('pipe'))).isFIFO()).toBe(true);
    expect((await lstat(at('link'))).isSymbolicLink()).toBe(true);
  });

  it('says that the trace cannot be written before it starts', async () => {
    const out = outOf('trace in a file');
    const run = matchDataset({ ...base, root: shop, out, trace: join(shop, 'image', '001', '0.png', 'trace.json') });
    await expect(run).rejects.toMatchObject({ code: 'file-unwritable' });
    await expect(readdir(out)).rejects.toThrow('ENOENT');
  });

  it.each(['root', 'out', 'trace'])('refuses an empty %s, which would mean the current folder', async (name) => {
    const run = matchDataset({ root: outOf('nowhere'), out: outOf('nowhere'), [name]: '' });
    await expect(run).rejects.toThrow(`Expected \`${name}\` to be a path`);
  });
});
