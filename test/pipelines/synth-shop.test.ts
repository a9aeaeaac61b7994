import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { categoryOf } from '../../src/io/categories.ts';
import { type Dataset, openDataset } from '../../src/io/dataset.ts';
import { readTruth, type TruthReport } from '../../src/io/read-truth.ts';
import { decodeClip } from '../../src/media/decode-clip.ts';
import { decodePicture } from '../../src/media/decode-picture.ts';
import { findFfmpeg } from '../../src/media/find-ffmpeg.ts';
import { readMask } from '../../src/media/read-mask.ts';
import { drawnGarments, photographedGarments } from '../../src/pipelines/garment-source.ts';
import { type SynthProgress, type SynthReport } from '../../src/pipelines/synth-report.ts';
import { synthShop } from '../../src/pipelines/synth-shop.ts';
import { createRandom } from '../../src/synth/random.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';

const clipFrames = 21;
const options = { items: 2, seed: 3, decoys: 0.5, clipFrames, clipSize: [192, 320], pictureScale: 0.3 } as const;

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let dataset: Dataset;
let report: TruthReport;
let told: SynthReport;
const progress: SynthProgress[] = [];

beforeAll(async () => {
  folder = await temporaryFolder();
  told = await synthShop({ ...options, out: folder.path, onProgress: (now) => progress.push(now) });
  dataset = await openDataset(folder.path);
  report = await readTruth(dataset);
}, 300_000);
afterAll(() => folder[Symbol.asyncDispose]());

async function filesOf(root: string): Promise<ReadonlyMap<string, Buffer>> {
  const names = (await readdir(root, { recursive: true })).filter((name) => /\.\w+$/.test(name)).sort();
  return new Map(await Promise.all(names.map(async (name) => [name, await readFile(join(root, name))] as const)));
}

describe('synthShop', () => {
  it('writes a data set that opens without a fault', () => {
    expect(dataset.ignored).toEqual([]);
    expect(report.problems).toEqual([]);
    expect([dataset.items.length, dataset.clips.length]).toEqual([2, 2]);
    for (const { pictures } of dataset.items) {
      expect(pictures.length).toBeGreaterThanOrEqual(2);
      expect(pictures.length).toBeLessThanOrEqual(6);
    }
    expect([...new Set(progress.map(({ done }) => done))]).toEqual([1, 2, 3, 4]);
    const frames = progress.map((now) => now.frames);
    expect(frames).toEqual(frames.toSorted((a, b) => a - b));
    expect(new Set(frames).size).toBe(2 + 2 * clipFrames); // After each item, and each frame of a clip.
    const all = told.pictures + told.frames;
    expect(progress.map(({ framesTotal }) => framesTotal)).toEqual(progress.map(() => all));
    expect(frames.at(-1)).toBe(all);
    expect(told).toMatchObject({ items: 2, clips: 2, frames: 2 * clipFrames });
  });

  it('writes clips whose every frame decodes, annotated every 20 frames', async () => {
    const ffmpeg = await findFfmpeg();
    for (const { id, path } of dataset.clips) {
      let count = 0;
      for await (const { image } of decodeClip(path, { ffmpeg, frames: { first: 0, step: 1, last: 999 } })) {
        expect([image.width, image.height]).toEqual([192, 320]);
        count += 1;
      }
      expect(count).toBe(clipFrames);
      expect(report.truth.clips.get(id)?.map(({ frameIndex }) => frameIndex)).toEqual([0, 20]);
    }
  });

  it('annotates inside the pictures, with known categories', async () => {
    for (const { id, pictures } of dataset.items) {
      for (const { name, path } of pictures) {
        const { width, height } = await decodePicture(path);
        const annotations = report.truth.items.get(id)?.get(name) ?? [];
        expect(annotations.length).toBeGreaterThan(0);
        for (const { box, label, display, viewpoint } of annotations) {
          const [x1, y1, x2, y2] = box;
          expect(box.every(Number.isInteger)).toBe(true);
          expect(x1 >= 0 && y1 >= 0 && x2 <= width && y2 <= height && x2 - x1 >= 24 && y2 - y1 >= 24).toBe(true);
          expect(categoryOf(label)).toBe(label);
          expect([0, 1]).toContain(display);
          expect([0, 2, 3]).toContain(viewpoint);
        }
      }
    }
  });

  it('shows the pair on both sides and marks decoys with 0', () => {
    const ofItem = (id: string): readonly number[] =>
      [...(report.truth.items.get(id)?.values() ?? [])].flat().map(({ instanceId }) => instanceId);
    const ofClip = (id: string): readonly number[] =>
      (report.truth.clips.get(id) ?? []).flatMap(({ annotations }) => annotations.map(({ instanceId }) => instanceId));
    const paired = dataset.items.filter(({ id }) => dataset.clips.some((clip) => clip.id === id));
    expect(paired.length).toBe(1);
    for (const { id } of dataset.items)
      expect(ofItem(id).some((number) => number > 0)).toBe(paired.some((item) => item.id === id));
    for (const { id } of dataset.clips) {
      const positive = new Set(ofClip(id).filter((number) => number > 0));
      expect(positive.size > 0).toBe(paired.some((item) => item.id === id));
      for (const number of positive) expect(ofItem(id)).toContain(number);
    }
  });

  it('writes over nothing', async () => {
    for (const cutouts of [false, true]) {
      await expect(synthShop({ ...options, out: folder.path, cutouts })).rejects.toMatchObject({
        code: 'options-invalid',
        message: expect.stringMatching(/holds files already \(image\); a .* needs a folder of its own/u),
      });
    }
  });

  it.each([
    { what: 'photos for cutouts', given: { cutouts: true, photos: 'photos' }, says: /cutouts are drawn/u },
    { what: 'a split without photos', given: { split: 'train' as const }, says: /photos, which are missing/u },
  ])('refuses $what', async ({ given, says }) => {
    await using place = await temporaryFolder();
    const refused = synthShop({ out: place.path, items: 1, seed: 1, ...given });
    await expect(refused).rejects.toMatchObject({ code: 'options-invalid', message: expect.stringMatching(says) });
  });

  it('is one of two that begin at once, and the other one is refused', async () => {
    await using same = await temporaryFolder();
    const runs = [5, 6].map((seed) =>
      synthShop({ ...options, seed, out: same.path, items: 1, decoys: 0, stills: true }),
    );
    const [one, other] = (await Promise.allSettled(runs)).toSorted((a, b) => (a.status < b.status ? -1 : 1));
    expect(one).toMatchObject({ status: 'fulfilled', value: { items: 1, clips: 1 } });
    expect(other).toMatchObject({
      reason: { code: 'file-unwritable', message: expect.stringMatching(/^Another run/u) },
    });
    expect(await readdir(join(same.path, 'image'))).toHaveLength(1);
  }, 300_000);

  it('writes the same bytes again, and other pixels for another seed', async () => {
    await using again = await temporaryFolder();
    await using other = await temporaryFolder();
    await synthShop({ ...options, out: again.path });
    expect(await filesOf(again.path)).toEqual(await filesOf(folder.path));
    let last: SynthProgress | undefined;
    const onProgress = (now: SynthProgress): void => void (last = now);
    await synthShop({ ...options, out: other.path, items: 1, decoys: 0, seed: 4, stills: true, onProgress });
    expect(last?.frames).toBe(last?.framesTotal);
    const pictures = [...(await filesOf(other.path))].filter(([name]) => name.endsWith('.jpg'));
    const known = [...(await filesOf(folder.path)).values()];
    expect(pictures.length).toBeGreaterThan(1);
    expect(pictures.filter(([, bytes]) => known.some((other) => other.equals(bytes)))).toEqual([]);
  }, 300_000);

  it('stops at once when it is told to, and leaves no half file', async () => {
    await using part = await temporaryFolder();
    const stop = new AbortController();
    const reason = new Error('Enough');
    const stopped = synthShop({
      ...options,
      out: part.path,
      signal: stop.signal,
      onProgress: ({ done }) => done === 2 && setImmediate(() => stop.abort(reason)),
    });
    await expect(stopped).rejects.toBe(reason);
    const names = await readdir(part.path, { recursive: true });
    expect(names.filter((name) => /\.(mp4|part|tmp)$/.test(name))).toEqual([]);
  }, 300_000);

  it.each([
    [{ items: 0 }, 'items'],
    [{ seed: -1 }, 'seed'],
    [{ decoys: 2 }, 'decoys'],
    [{ clipFrames: 1 }, 'clipFrames'],
  ])('refuses %o before it writes anything', async (wrong, name) => {
    await using empty = await temporaryFolder();
    await expect(synthShop({ ...options, ...wrong, out: empty.path })).rejects.toThrow(
      new RegExp(`TypeError|\`${name}\``),
    );
    expect(await readdir(empty.path)).toEqual([]);
  });
});

describe('synthShop with cutouts', () => {
  it('holds out the same photos whatever other kinds and photos without a mask there are', async () => {
    await using set = await temporaryFolder();
    const put = async (part: string, kind: string, name: string): Promise<void> => {
      await mkdir(join(set.path, part, kind), { recursive: true });
      await writeFile(join(set.path, part, kind, name), '');
    };
    const names = Array.from({ length: 300 }, (_, place) => `photo-${place}`);
    for (const [place, name] of names.entries()) {
      const kind = ['shirt', 'hat', 'pants'][place % 3]!;
      await put('photos', kind, `${name}.jpg`);
      if (place % 5 > 0) await put('masks', kind, `${name}.png`);
    }
    await writeFile(join(set.path, 'photos', 'notes.txt'), '');
    const digest = (name: string): string => createHash('sha1').update(`${name}.jpg`).digest('hex');
    const masked = names.filter((_, place) => place % 5 > 0).toSorted((a, b) => (digest(a) < digest(b) ? -1 : 1));
    const isOfUse = (name: string): boolean => names.indexOf(name) % 3 !== 1;
    for (const [split, expected] of [
      ['validation', masked.slice(0, 200)],
      ['train', masked.slice(200)],
      ['all', masked],
    ] as const) {
      const entries = await photographedGarments(set.path, split, createRandom('order'));
      expect(entries.map(({ key }) => key).toSorted()).toEqual(expected.filter(isOfUse).toSorted());
    }
  });

  it('writes garments with masks that serve as photos', async () => {
    await using set = await temporaryFolder();
    await synthShop({ out: set.path, items: 5, seed: 40, cutouts: true });
    const entries = await photographedGarments(set.path, 'all', createRandom('order'));
    expect(entries.map(({ key }) => key).sort()).toEqual([40, 41, 42, 43, 44].map((seed) => `drawn-${seed}`));
    for (const entry of entries) {
      const { image, kind } = await entry.load();
      expect(kind).toBe(entry.kind);
      expect(image.width * image.height).toBeGreaterThan(20_000);
      const mask = await readMask(join(set.path, 'masks', kind, `${entry.key}.png`));
      expect(Math.min(mask.width, mask.height)).toBe(400);
    }
    await expect(photographedGarments(set.path, 'train', createRandom('order'))).rejects.toMatchObject({
      code: 'dataset-invalid',
    });
    await using shop = await temporaryFolder();
    await synthShop({ ...options, out: shop.path, items: 1, decoys: 0, photos: set.path, stills: true });
    expect((await readdir(join(shop.path, 'image'))).length).toBe(1);
    await using other = await temporaryFolder();
    await using lone = await temporaryFolder();
    await synthShop({ out: join(lone.path, 'one'), items: 1, seed: 40, cutouts: true });
    const photos = join(lone.path, 'one');
    await expect(synthShop({ ...options, out: join(lone.path, 'none'), photos })).rejects.toMatchObject({
      code: 'dataset-invalid',
      message: expect.stringContaining(`Too few photos in ${photos} for one item`),
    });
    const small = await synthShop({
      ...options,
      out: other.path,
      items: 9,
      outfits: 0,
      photos: set.path,
      stills: true,
    });
    expect(small.items + small.clips).toBeGreaterThan(0);
    expect(small.missing).toEqual({ items: 9 - small.items, clips: 9 - small.clips });
  }, 300_000);
});

describe('drawnGarments', () => {
  it('loads the same pixels each time, and other garments for other seeds', async () => {
    const [first, second] = drawnGarments(9, 2);
    const [once, again] = await Promise.all([first?.load(), first?.load()]);
    expect(once?.image.data).toEqual(again?.image.data);
    expect((await second?.load())?.image.data).not.toEqual(once?.image.data);
  });
});
