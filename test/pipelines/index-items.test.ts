import { cp, mkdir, readdir, rm, truncate, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type ItemIndex, indexBoxes, openItemIndex, readIndexFeatures } from '../../src/io/open-item-index.ts';
import { writePicture } from '../../src/media/write-picture.ts';
import { describeIndex } from '../../src/pipelines/describe-index.ts';
import { indexItems, type IndexItemsOptions } from '../../src/pipelines/index-items.ts';
import { matchDataset } from '../../src/pipelines/match-dataset.ts';
import { openGallery } from '../../src/pipelines/open-gallery.ts';
import { shopFixture } from '../../src/pipelines/package-folder.ts';
import { removeItems } from '../../src/pipelines/remove-items.ts';
import { type Progress } from '../../src/pipelines/run-tally.ts';
import { openBoxStore } from '../../src/io/open-box-store.ts';
import { runVitrine } from '../helpers/run-vitrine.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';
import { copyTinyModels, type Patch, picture, tinyModels } from '../helpers/tiny-models.ts';

const colors: Readonly<Record<string, Patch['color']>> = { '1': [255, 0, 0], '2': [0, 255, 0], '3': [0, 0, 255] };
const base = { models: tinyModels, device: 'cpu', lanes: 1 } as const;

/** Draws `image/<id>/<name>.png` with a box of the item's colour, or none. */
async function draw(root: string, id: string, name: string, { width = 40, isEmpty = false } = {}): Promise<void> {
  await mkdir(join(root, 'image', id), { recursive: true });
  const color = colors[id] ?? [255, 0, 0];
  const patches = isEmpty ? [] : [{ box: [8, 16, 8 + width, 80], color } as const];
  await writePicture(join(root, 'image', id, `${name}.png`), picture([64, 96], patches));
}

/** Each item with its pictures and its boxes, features and all, whatever shards they are in. */
async function contentOf(index: ItemIndex): Promise<ReadonlyMap<string, readonly unknown[]>> {
  const content = new Map<string, unknown[]>(
    [...index.items].map(([id, { pictures }]) => [
      id,
      [pictures.map(({ name, bytes, sha256 }) => ({ name, bytes, sha256 }))],
    ]),
  );
  for (const shard of index.shards) {
    const features = await readIndexFeatures(shard);
    for (const { row, box } of indexBoxes(shard)) {
      content
        .get(box.owner.id)
        ?.push([box, features.slice(row * index.featureLength, (row + 1) * index.featureLength)]);
    }
  }
  return content;
}

describe('indexItems', { timeout: 120_000 }, () => {
  let folder: Awaited<ReturnType<typeof temporaryFolder>>;
  let place = 0;
  const shop = (): string => join(folder.path, `shop ${place}`);
  const index = (): string => join(folder.path, `index ${place}`);
  const run = (options: Partial<IndexItemsOptions> = {}) =>
    indexItems({ ...base, root: shop(), index: index(), ...options });
  const make = (options: Partial<IndexItemsOptions> = {}) => run({ mode: 'create', ...options });

  beforeAll(async () => {
    folder = await temporaryFolder();
  });
  afterAll(() => folder[Symbol.asyncDispose]());
  beforeEach(async () => {
    place += 1;
    await draw(shop(), '1', '0');
    await draw(shop(), '2', '0');
    await draw(shop(), '2', '1', { isEmpty: true });
    await draw(shop(), '3', '0', { isEmpty: true });
  });

  it('keeps every item of a shop without clips, and accounts for itself', async () => {
    const progress: Progress[] = [];
    const report = await make({ onProgress: (one) => progress.push(one) });
    expect(report).toMatchObject({
      format: 1,
      mode: 'create',
      inputs: { total: 4, done: 4, skipped: 0, failed: 0, notable: [], ignored: [] },
      items: { total: 3, added: 3, replaced: 0, unchanged: 0, failed: 0 },
      frames: { read: 4, missing: 0, withoutBoxes: 2 },
      boxes: { embedded: 2, dropped: 0 },
      content: { items: 3, boxes: 2, staleBoxes: 0 },
      models: { name: 'tiny' },
      device: { device: 'cpu', lanes: 1 },
      stages: { decode: { count: 4 }, store: { count: 3 } },
    });
    expect(progress[0]).toMatchObject({ done: 0, total: 4 });
    expect(progress.at(-1)).toMatchObject({ done: 4, total: 4, boxes: 2 });
    expect(await describeIndex(index())).toMatchObject({
      items: 3,
      boxes: 2,
      pictures: 4,
      shards: 1,
      model: { name: 'tiny' },
      options: { shortSide: expect.any(Number), scoreMin: expect.any(Number), cropSizes: expect.any(Array) },
    });
  });

  it('skips what it holds, and opens no model when that is all', async () => {
    await make();
    const before = await readdir(join(index(), 'shards'));
    const again = await run();
    expect(again).toMatchObject({
      inputs: { total: 4, done: 0, skipped: 4, failed: 0 },
      items: { total: 3, added: 0, unchanged: 3 },
      content: { items: 3, boxes: 2, staleBoxes: 0 },
    });
    expect(again.inputs.notable).toContainEqual({
      path: join('image', '1', '0.png'),
      status: 'skipped',
      frames: 0,
      missing: 0,
      reason: 'Its item is in the index with the same pictures',
    });
    expect(again).not.toHaveProperty('device');
    expect(await readdir(join(index(), 'shards'))).toEqual(before);
  });

  it.each([
    { what: 'a new item', change: () => draw(shop(), '4', '0'), added: 1, replaced: 0, boxes: 3 },
    { what: 'a picture more', change: () => draw(shop(), '1', '1'), added: 0, replaced: 1, boxes: 3 },
    { what: 'a picture less', change: () => rm(join(shop(), 'image/2/1.png')), added: 0, replaced: 1, boxes: 2 },
    { what: 'another picture', change: () => draw(shop(), '1', '0', { width: 20 }), added: 0, replaced: 1, boxes: 2 },
    {
      what: 'another time',
      change: () => utimes(join(shop(), 'image/1/0.png'), 9, 9),
      added: 0,
      replaced: 0,
      boxes: 2,
    },
  ])('adds $what and leaves the rest alone', async ({ change, added, replaced, boxes }) => {
    await make();
    await change();
    const report = await run();
    expect(report.items).toMatchObject({ added, replaced, unchanged: report.items.total - added - replaced });
    expect(report.content.boxes).toBe(boxes);

    const fresh = join(folder.path, `fresh ${place}`);
    await make({ index: fresh });
    const [grown, whole] = await Promise.all(
      [index(), fresh].map(async (path) => contentOf(await openItemIndex(path))),
    );
    expect(grown).toEqual(whole);
  });

  it('embeds all anew when it is to replace', async () => {
    await make();
    expect(await run({ mode: 'replace' })).toMatchObject({
      inputs: { done: 4, skipped: 0 },
      items: { added: 0, replaced: 3, unchanged: 0 },
      content: { items: 3, boxes: 2, staleBoxes: 2 },
    });
  });

  it('goes on without what cannot be read, says why, and tries it again', async () => {
    await draw(shop(), '4', '0');
    await make();
    await draw(shop(), '2', '9');
    await truncate(join(shop(), 'image/2/9.png'), 40);
    await truncate(join(shop(), 'image/4/0.png'), 40);
    await writeFile(join(shop(), 'image', 'note.txt'), '');
    const report = await run();
    expect(report).toMatchObject({
      inputs: { total: 6, done: 2, skipped: 2, failed: 2, ignored: [{ path: join('image', 'note.txt') }] },
      items: { total: 4, added: 0, replaced: 1, unchanged: 2, failed: 1 },
      content: { items: 4, boxes: 3, staleBoxes: 1 }, // Item 4 stays as it was.
    });
    const failed = report.inputs.notable.filter(({ status }) => status === 'failed');
    expect(failed.map(({ path }) => path)).toEqual([join('image', '2', '9.png'), join('image', '4', '0.png')]);
    for (const { reason } of failed) expect(reason).toMatch(/^Cannot read the picture/u);
    await draw(shop(), '2', '9');
    expect((await run()).items).toMatchObject({ replaced: 1, failed: 1 });
  });

  it('writes the items in their order, whatever happens at once', async () => {
    for (let id = 10; id < 40; id += 1) await draw(shop(), String(id), '0', { width: 10 + id });
    const ids = async (): Promise<readonly string[]> => {
      const { shards } = await openItemIndex(index());
      return shards.flatMap(({ items }) => items.map(({ id }) => id));
    };
    await make({ lanes: 2, flow: { concurrency: 8, detectorBatch: 2, embedderBatch: 3 } });
    expect(await ids()).toEqual((await ids()).toSorted());
    const first = await contentOf(await openItemIndex(index()));
    await rm(index(), { recursive: true });
    await make({ flow: { concurrency: 1, detectorBatch: 1, embedderBatch: 1, budgetBytes: 1 } });
    expect(await contentOf(await openItemIndex(index()))).toEqual(first);
  });

  it('keeps what is whole when it is stopped, and goes on from there', async () => {
    for (let id = 10; id < 30; id += 1) await draw(shop(), String(id), '0', { width: 10 + id });
    const stop = new AbortController();
    const reason = new Error('enough');
    const stopped = make({
      flow: { concurrency: 1 },
      signal: stop.signal,
      onProgress: ({ done }) => {
        if (done >= 5) stop.abort(reason);
      },
    });
    await expect(stopped).rejects.toBe(reason);
    const { items } = await openItemIndex(index());
    const all = (await readdir(join(shop(), 'image'))).toSorted();
    expect(items.size).toBeGreaterThanOrEqual(5);
    expect(items.size).toBeLessThan(all.length);
    expect([...items.keys()]).toEqual(all.slice(0, items.size));
    const report = await run();
    expect(report.items).toMatchObject({ added: all.length - items.size, unchanged: items.size });
    const fresh = join(folder.path, 'undisturbed');
    await make({ index: fresh });
    expect(await contentOf(await openItemIndex(index()))).toEqual(await contentOf(await openItemIndex(fresh)));
  });

  it('refuses the features of other models by name, before anything is embedded', async () => {
    await make();
    await using other = await copyTinyModels();
    await other.edit((manifest) => {
      manifest.name = 'others';
      manifest.detector.pictures.scoreMin = 0.123;
    });
    await draw(shop(), '4', '0');
    const failure = run({ models: other.folder });
    await expect(failure).rejects.toMatchObject({ code: 'store-invalid' });
    await expect(failure).rejects.toThrow(/features of models tiny, .*\. Those of models others, /u);
    await expect(openGallery(index(), { model: 'another' })).rejects.toThrow(
      /models tiny, .*\. Those of the models of fingerprint another/u,
    );
    expect((await openItemIndex(index())).items.size).toBe(3);
  });

  it.each([
    {
      what: 'no root',
      options: { root: 'nowhere' },
      says: 'nowhere does not exist; expected a folder that holds image/',
    },
    { what: 'no index', options: { index: 'nowhere' }, says: 'No item index at nowhere' },
    { what: 'no path', options: { index: '' }, says: 'Expected `index` to be a path' },
    { what: 'no lanes', options: { lanes: 0 }, says: 'Expected `lanes`' },
    {
      what: 'no such mode',
      options: { mode: JSON.parse('"drop"') },
      says: 'Expected `mode` to be one of create, add, replace',
    },
  ])('refuses $what', async ({ options, says }) => {
    await expect(run(options)).rejects.toThrow(says);
    expect(await readdir(folder.path)).not.toContain(`index ${place}`);
  });

  it.each([
    { what: 'gone', spoil: (path: string) => rm(path), why: 'ENOENT' },
    { what: 'cut', spoil: (path: string) => truncate(path, 8192), why: '8192 bytes for 2 features of 2048' },
  ])('does not take an index whose features are $what for whole, and mends it by replacing', async ({ spoil, why }) => {
    await make();
    const name = (await readdir(join(index(), 'shards'))).find((file) => file.endsWith('.f32')) ?? '';
    const path = join(index(), 'shards', name);
    await spoil(path);
    await draw(shop(), '4', '0');
    const before = await readdir(join(index(), 'shards'));
    for (const asked of [() => describeIndex(index()), () => run(), () => removeItems(index(), ['1'])]) {
      await expect(asked()).rejects.toMatchObject({ code: 'store-invalid', path });
      await expect(asked()).rejects.toThrow(`${path} cannot be used: ${why}`);
    }
    expect(await readdir(join(index(), 'shards'))).toEqual(before);
    await rm(join(shop(), 'image', '1'), { recursive: true });
    await expect(run({ mode: 'replace' })).rejects.toMatchObject({ code: 'store-invalid', path }); // Item 1 is still there.
    await draw(shop(), '1', '0');
    expect(await run({ mode: 'replace' })).toMatchObject({ content: { items: 4, boxes: 3 } });
    expect(await describeIndex(index())).toMatchObject({ items: 4, boxes: 3 });
  });

  it('takes out all that is damaged', async () => {
    await make();
    const name = (await readdir(join(index(), 'shards'))).find((file) => file.endsWith('.f32')) ?? '';
    await rm(join(index(), 'shards', name));
    expect(await removeItems(index(), ['1', '2', '3'])).toMatchObject({ content: { items: 0 } });
    expect(await describeIndex(index())).toMatchObject({ items: 0 });
  });

  it('takes items out, and says which were not there', async () => {
    await make();
    expect(await removeItems(index(), ['2', 'no', '2', 'nor'])).toEqual({
      index: index(),
      removed: ['2'],
      unknown: ['no', 'nor'],
      content: { items: 2, boxes: 1, staleBoxes: 1 },
    });
    await using gallery = await openGallery(index());
    expect(gallery).toMatchObject({ items: ['1', '3'], rows: 1, featureLength: 2048 });
    expect((await run()).items).toMatchObject({ added: 1, unchanged: 2 });
  });
});

describe('indexItems on the compact models', { timeout: 240_000 }, () => {
  it('holds the features of match, finds each item by them, and is whole after a kill and the same add', async () => {
    await using folder = await temporaryFolder();
    const root = join(folder.path, 'shop');
    await cp(join(shopFixture, 'image'), join(root, 'image'), { recursive: true });
    const index = join(folder.path, 'shop.vitrine');
    const killed = join(folder.path, 'killed.vitrine');
    const report = await indexItems({ root, index, device: 'cpu', mode: 'create' });
    expect(report).toMatchObject({ items: { total: 15, added: 15, failed: 0 }, inputs: { failed: 0, skipped: 0 } });

    await cp(
      join(shopFixture, 'video', (await readdir(join(shopFixture, 'video')))[0] ?? ''),
      join(root, 'video', 'v.mp4'),
      {
        recursive: true,
      },
    );
    await matchDataset({ root, out: join(folder.path, 'run'), device: 'cpu', frames: { last: 80 } });
    const store = await openBoxStore(join(folder.path, 'run', 'boxes'));
    await using gallery = await openGallery(index, { model: report.models.fingerprint });
    let boxes = 0;
    for await (const of of store.boxes('query')) {
      const hits = await gallery.nearest(
        of.map(({ feature }) => feature),
        1,
      );
      for (const [place, [hit]] of hits.entries()) {
        const { feature: _, ...box } = of[place] ?? { feature: undefined };
        expect(hit).toMatchObject({ box, distance: expect.closeTo(0, 5) });
      }
      boxes += of.length;
    }
    expect(boxes).toBe(gallery.rows);

    const end = await runVitrine(['index', root, '--out', killed, '--device', 'cpu'], {
      onStderr: (stderr, kill) => void (/ [1-9]\d*\/\d+ inputs/u.test(stderr) && kill('SIGKILL')),
    });
    expect(end.exitCode).toBe(null);
    await indexItems({ root, index: killed, device: 'cpu', mode: 'add' });
    expect(await contentOf(await openItemIndex(killed))).toEqual(await contentOf(await openItemIndex(index)));
  });
});
