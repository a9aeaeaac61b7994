import { existsSync } from 'node:fs';
import { appendFile, cp, readdir, readFile, rm, truncate, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { exportDataset } from '../../src/pipelines/export-dataset.ts';
import { type ExportDatasetOptions } from '../../src/pipelines/export-options.ts';
import { type ExportReport } from '../../src/pipelines/export-report.ts';
import { marked, writeAnnotatedShop } from '../helpers/annotated-shop.ts';
import { filesOf } from '../helpers/files-of.ts';
import { runVitrine } from '../helpers/run-vitrine.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';
import { until } from '../media/numbered-clip.ts';

const cropFrames = { first: 2, step: 4, last: 10 };
const skirt = marked(20000101, [8, 16, 48, 80]);
const inputs = 8;

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let good: ReadonlyMap<string, string>;
let place = 0;
const at = (...names: readonly string[]): string => join(folder.path, ...names);
const out = (): string => at(`out ${place}`);
const dataOf = (path: string) => filesOf(path, (name) => name === 'export.json');
/** Without the parts: one of a single format knows of fewer frames, and so of fewer problems. */
const resultsOf = (path: string) => filesOf(path, (name) => name === 'export.json' || name.startsWith('.parts'));
const run = (options: Partial<ExportDatasetOptions> = {}): Promise<ExportReport> =>
  exportDataset({ roots: [at('shop')], coco: out(), crops: out(), cropFrames, flow: { concurrency: 1 }, ...options });

/** Ends a clip in the middle of its pictures. */
async function damage(path: string): Promise<void> {
  const bytes = await readFile(path);
  await writeFile(path, bytes.subarray(0, bytes.length - 400));
}

beforeAll(async () => {
  folder = await temporaryFolder();
  const marks = { 2: [skirt], 3: [skirt], 6: [] };
  await writeAnnotatedShop(at('shop'), {
    items: { '1': { '0.jpg': [skirt], '1.jpg': [] }, '2': { '0.jpg': [skirt] }, '3': { '0.jpg': [skirt, skirt] } },
    clips: {
      a: { frames: 8, marks },
      b: { frames: 8, marks },
      c: { frames: 8, marks: { ...marks, 99: [skirt] } },
      d: { frames: 8, isStills: true, marks },
    },
  });
  await run({ coco: at('good'), crops: at('good') });
  good = await dataOf(at('good'));
}, 60_000);
afterAll(() => folder[Symbol.asyncDispose]());
beforeEach(() => {
  place += 1;
});

describe('exportDataset, taken up again', { timeout: 120_000 }, () => {
  it.each([1, 2, 4])('gives the bytes of an undisturbed run after it was stopped at unit %i', async (stopAt) => {
    const controller = new AbortController();
    const reason = new Error('enough');
    let units = -1;
    const onProgress = (): void => {
      units += 1;
      if (units === stopAt) controller.abort(reason);
    };
    await expect(run({ signal: controller.signal, onProgress })).rejects.toBe(reason);
    for (const name of ['crops.csv', 'annotations/instances_train.json', 'export.json']) {
      expect(existsSync(join(out(), name))).toBe(false);
    }
    const report = await run();
    expect(report.inputs).toMatchObject({ total: inputs, done: inputs });
    expect(report.inputs.takenOver).toBeGreaterThanOrEqual(stopAt);
    expect(await dataOf(out())).toEqual(good);
  });

  it('takes away what an earlier run had made of the parts, as soon as it starts', async () => {
    await run({ validationShare: 1 });
    const results = [
      'crops.csv',
      'annotations/instances_train.json',
      'annotations/instances_validation.json',
      'export.json',
    ];
    expect(results.map((name) => existsSync(join(out(), name)))).toEqual([true, true, true, true]);
    const controller = new AbortController();
    const onProgress = (): void => controller.abort(new Error('enough'));
    await expect(run({ signal: controller.signal, onProgress })).rejects.toThrow('enough');
    expect(results.map((name) => existsSync(join(out(), name)))).toEqual([false, false, false, false]);
    await run();
    expect(await dataOf(out())).toEqual(good); // Without a file for validation.
  });

  it('leaves nothing that is half written when it is stopped', async () => {
    const controller = new AbortController();
    const onProgress = (): void => controller.abort(new Error('enough'));
    await expect(run({ signal: controller.signal, onProgress, flow: { concurrency: 4 } })).rejects.toThrow('enough');
    const left = existsSync(out()) ? await readdir(out(), { recursive: true }) : [];
    expect(left.filter((name) => /\.(?:part|tmp)$/u.test(name))).toEqual([]);
  });

  it('does nothing a second time, and says the same', async () => {
    const first = await run();
    const second = await run();
    expect(second).toMatchObject({ frames: 0, inputs: { ...first.inputs, takenOver: inputs } });
    expect(second.problems).toEqual(first.problems);
    expect(second.problems).toHaveLength(2);
    expect(second.boxes).toEqual(first.boxes);
    expect(await dataOf(out())).toEqual(good);
  });

  it.each([
    { what: 'quality', options: { quality: 60 }, kept: 0, frames: 16 },
    { what: 'crop frames', options: { cropFrames: { ...cropFrames, first: 3 } }, kept: 0, frames: 7 },
    { what: 'split', options: { validationShare: 1 }, kept: inputs, frames: 0 },
    { what: 'concurrency', options: { flow: { concurrency: 3 } }, kept: inputs, frames: 0 },
  ])('makes anew what a changed $what makes stale, and only that', async ({ options, kept, frames }) => {
    await run();
    const report = await run(options);
    expect(report).toMatchObject({ frames, inputs: { takenOver: kept } });
    const fresh = at(`fresh ${place}`);
    await run({ ...options, coco: fresh, crops: fresh });
    expect(await resultsOf(out())).toEqual(await resultsOf(fresh));
  });

  it.each([
    { what: 'a picture that is newer', redone: 2, spoil: (shop: string) => utimes(join(shop, 'image/1/0.jpg'), 1, 2) },
    {
      what: 'other annotations',
      redone: 1,
      spoil: (shop: string) => appendFile(join(shop, 'image_annotation/2/0.json'), ' '),
    },
    { what: 'a clip that is newer', redone: 1, spoil: (shop: string) => utimes(join(shop, 'video/a.mp4'), 1, 2) },
    {
      what: 'a still that is newer',
      redone: 1,
      spoil: (shop: string) => utimes(join(shop, 'video_frames/d/2.jpg'), 1, 2),
    },
  ])('makes anew what comes from $what', async ({ spoil, redone }) => {
    const shop = at(`shop ${place}`, 'shop');
    await cp(at('shop'), shop, { recursive: true, preserveTimestamps: true });
    await run({ roots: [shop] });
    await spoil(shop);
    const { inputs: found } = await run({ roots: [shop] });
    expect(found).toMatchObject({ total: inputs, done: inputs, takenOver: inputs - redone });
  });

  it.each([
    { what: 'a file that is gone', spoil: (path: string) => rm(join(path, 'images/shop/clip/a/000003.jpg')) },
    { what: 'a file that is empty', spoil: (path: string) => truncate(join(path, 'crops/shop/clip/a/2-0.jpg')) },
    {
      what: 'a part that is no part',
      spoil: (path: string) => writeFile(join(path, '.parts/coco/shop/clip/a.json'), '{}'),
    },
    { what: 'a part that is cut', spoil: (path: string) => truncate(join(path, '.parts/crops/shop/clip/a.json'), 30) },
  ])('makes anew a unit with $what', async ({ spoil }) => {
    await run();
    await spoil(out());
    expect((await run()).inputs).toMatchObject({ done: inputs, takenOver: inputs - 1 });
    expect(await dataOf(out())).toEqual(good);
  });

  it('removes what a killed run left half written', async () => {
    await run();
    await rm(join(out(), '.parts/coco/shop/clip/a.json'));
    for (const name of [
      '.1-1.tmp',
      'annotations/.1-2.tmp',
      '.parts/coco/shop/clip/.1-3.tmp',
      'images/shop/clip/a/.000002.jpg.1.abcdef01.part',
      'images/shop/clip/a/000099.jpg',
    ]) {
      await writeFile(join(out(), name), 'half');
    }
    await run();
    expect(await dataOf(out())).toEqual(good);
  });

  it.each([
    { what: 'a picture that is cut', redone: 2, spoil: (shop: string) => truncate(join(shop, 'image/1/0.jpg'), 30) },
    { what: 'a clip that is none', redone: 1, spoil: (shop: string) => writeFile(join(shop, 'video/a.mp4'), 'text') },
    { what: 'a clip that is damaged', redone: 1, spoil: (shop: string) => damage(join(shop, 'video/a.mp4')) },
    {
      what: 'a still that is cut',
      redone: 1,
      spoil: (shop: string) => truncate(join(shop, 'video_frames/d/3.jpg'), 30),
    },
    {
      what: 'annotations that are cut',
      redone: 1,
      spoil: (shop: string) => truncate(join(shop, 'video_annotation/a.json'), 30),
    },
  ])('tries again what $what gives', async ({ redone, spoil }) => {
    const shop = at(`shop ${place}`, 'shop');
    await cp(at('shop'), shop, { recursive: true, preserveTimestamps: true });
    await spoil(shop);
    const first = await run({ roots: [shop] });
    expect(first.problems.length).toBeGreaterThan(2); // Two are of a frame beyond the end, which is beyond it for ever.
    const second = await run({ roots: [shop] });
    expect(second.inputs).toEqual({ ...first.inputs, takenOver: inputs - redone });
    expect(second.problems).toEqual(first.problems);
  });

  it('takes over what was done for one format, and decodes for the other', async () => {
    await exportDataset({ roots: [at('shop')], coco: out() });
    const report = await run();
    expect(report.frames).toBe(7); // Pictures and frames that have crops.
    expect(report.inputs.takenOver).toBe(0);
    expect(await resultsOf(out())).toEqual(await resultsOf(at('good')));
  });

  it('is the same after it was killed again and again', async () => {
    const args = ['export', at('shop'), '--coco', out(), '--crops', out(), '--crop-frames', '2:10:4'];
    const parts = async (): Promise<number> =>
      [...(await filesOf(out()).catch(() => new Map<string, string>())).keys()].filter((name) =>
        name.startsWith('.parts'),
      ).length;
    const ends: (number | null)[] = [];
    for (const atLeast of [0, 2, 5]) {
      const { exitCode } = await runVitrine([...args, '--concurrency', '1'], {
        onStderr: (_stderr, kill) => void until(async () => (await parts()) >= atLeast).then(() => kill('SIGKILL')),
      });
      ends.push(exitCode);
    }
    expect(ends).toContain(null); // Killed, and not too late.
    const { exitCode, stderr } = await runVitrine(args);
    expect({ exitCode, stderr }).toMatchObject({
      exitCode: 0,
      stderr: expect.stringContaining(`${inputs} files done`),
    });
    expect(await dataOf(out())).toEqual(good);
    expect(JSON.parse(await readFile(join(out(), 'export.json'), 'utf8')).inputs.total).toBe(inputs);
  });
});
