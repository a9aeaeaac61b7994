import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cp, open, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type BoxFeature } from '../../src/core/box-feature.ts';
import { openItemIndex } from '../../src/io/open-item-index.ts';
import { createItemIndex, writeItemIndex } from '../../src/io/write-item-index.ts';
import { distanceBetween } from '../../src/matching/distance-between.ts';
import { buildApproximate, type BuildPhase } from '../../src/pipelines/build-approximate.ts';
import { describeIndex } from '../../src/pipelines/describe-index.ts';
import { openGallery } from '../../src/pipelines/open-gallery.ts';
import { queryBox } from '../helpers/boxes.ts';
import { isLanceInstalled, onlyWithLance } from '../helpers/lance-installed.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';

const featureLength = 32;
const boxesPerItem = 3;
const items = 1000;
const manifest = { model: { name: 'm', fingerprint: 'f' }, featureLength, options: {} };

/** Boxes of an item: near each other, and on a curve with those of other items. */
function boxesOf(item: number): readonly BoxFeature[] {
  return Array.from({ length: boxesPerItem }, (_, boxIndex) =>
    queryBox({
      id: String(item),
      boxIndex,
      feature: Array.from(
        { length: featureLength },
        (_, place) => Math.sin(item * 0.37 * (place + 1)) + 0.1 * Math.sin(item * 7 + boxIndex * 3 + place * place),
      ),
    }),
  );
}

/** A query that is none of the boxes. */
function near(item: number): Float32Array {
  const [box] = boxesOf(item);
  return queryBox({ id: '', feature: [...(box?.feature ?? [])].map((value, place) => value + 0.02 * Math.cos(place)) })
    .feature;
}

async function put(index: string, numbers: readonly number[]): Promise<void> {
  const writer = writeItemIndex(await openItemIndex(index));
  for (const number of numbers) await writer.put({ id: String(number), pictures: [] }, boxesOf(number));
  await writer.flush();
}

const range = (from: number, to: number): readonly number[] => Array.from({ length: to - from }, (_, i) => from + i);

describe.skipIf(!isLanceInstalled)(`an approximate index${onlyWithLance}`, { timeout: 120_000 }, () => {
  let folder: Awaited<ReturnType<typeof temporaryFolder>>;
  let plain = '';
  let linked = '';

  /** A copy that a test may change. */
  const copyOf = async (index: string, name: string): Promise<string> => {
    const copy = join(folder.path, name);
    await cp(index, copy, { recursive: true });
    return copy;
  };

  beforeAll(async () => {
    folder = await temporaryFolder();
    plain = join(folder.path, 'plain');
    await createItemIndex(plain, manifest);
    await put(plain, range(0, items));
    await writeItemIndex(await openItemIndex(plain)).remove(['17', '18']);
    linked = await copyOf(plain, 'linked');
    await buildApproximate(linked);
  }, 120_000);
  afterAll(() => folder[Symbol.asyncDispose]());

  it('tells how it was made, and what it finds of what an exact search finds', async () => {
    const index = await copyOf(plain, 'told');
    const phases: BuildPhase[] = [];
    const report = await buildApproximate(index, { sample: 100, onPhase: (phase) => void phases.push(phase) });
    expect(phases).toEqual(['linking', 'measuring']);
    expect(report).toMatchObject({
      boxes: (items - 2) * boxesPerItem,
      settings: { partitions: 1, searchEffort: 200 },
      measured: { k: 10, queries: 100 },
    });
    expect(report.measured.recall).toBeGreaterThan(0.99);
    expect(await describeIndex(index)).toMatchObject({
      approximate: { rowsInTable: (items - 2) * boxesPerItem, rowsBeside: 0, recall: report.measured.recall },
    });
  });

  it('finds what an exact search finds, at the very same distances', async () => {
    await using exact = await openGallery(linked);
    await using gallery = await openGallery(linked, { approximate: true });
    expect(gallery.approximate).toMatchObject({ rowsInTable: (items - 2) * boxesPerItem, rowsBeside: 0, k: 10 });
    expect(exact.approximate).toBeUndefined();
    const queries = range(0, 100).map((place) => near(place * 9));
    const [truth, found] = await Promise.all([exact.nearest(queries, 10), gallery.nearest(queries, 10)]);
    const same = truth.flatMap((hits, place) => hits.filter((hit) => found[place]?.some((one) => isSame(one, hit))));
    expect(same.length / 1000).toBeGreaterThan(0.99);
    for (const [place, hits] of found.entries()) {
      for (const { box, distance } of hits) {
        const one = boxesOf(Number(box.owner.id))[box.boxIndex];
        expect(distance).toBe(
          distanceBetween(queries[place] ?? new Float32Array(), one?.feature ?? new Float32Array()),
        );
      }
    }
  });

  it('finds what was added after it was made, and not what was replaced or removed', async () => {
    const index = await copyOf(linked, 'grown');
    await put(index, range(items, items + 50));
    const writer = writeItemIndex(await openItemIndex(index));
    // Item 40 becomes what item 2000 looks like.
    await writer.put(
      { id: '40', pictures: [] },
      boxesOf(2000).map(({ boxIndex, feature }) => queryBox({ id: '40', boxIndex, feature: [...feature] })),
    );
    await writer.remove(['41']);
    await using gallery = await openGallery(index, { approximate: true });
    expect(gallery.approximate).toMatchObject({
      rowsInTable: (items - 4) * boxesPerItem,
      rowsBeside: 51 * boxesPerItem,
    });
    await using exact = await openGallery(index);
    const queries = [near(items + 7), near(2000), near(40), near(41), near(17), near(300)];
    expect(await gallery.nearest(queries, 4)).toEqual(await exact.nearest(queries, 4));
    const [added, replaced] = await gallery.nearest(queries, 1);
    expect([added, replaced].map((hits) => hits?.[0]?.box.owner.id)).toEqual([String(items + 7), '40']);
  });

  it('looks further when all that is near was removed', async () => {
    const index = await copyOf(linked, 'thinned');
    const gone = await nearItems(index, near(500), 120);
    expect(gone.size).toBeLessThan(100);
    await writeItemIndex(await openItemIndex(index)).remove([...gone]);
    await using exact = await openGallery(index);
    await using gallery = await openGallery(index, { approximate: true });
    expect(await gallery.nearest([near(500)], 4)).toEqual(await exact.nearest([near(500)], 4));
  });

  it('finds the last boxes when nearly all were removed', async () => {
    const index = await copyOf(linked, 'emptied');
    const left = ['0', '500', '999'];
    const gone = [...(await openItemIndex(index)).items.keys()].filter((id) => !left.includes(id));
    await writeItemIndex(await openItemIndex(index)).remove(gone);
    await using gallery = await openGallery(index, { approximate: true });
    const [hits] = await gallery.nearest([near(200)], 9);
    expect(new Set(hits?.map(({ box }) => box.owner.id))).toEqual(new Set(left));
    await writeItemIndex(await openItemIndex(index)).remove(left);
    await using empty = await openGallery(index, { approximate: true });
    expect(await empty.nearest([near(200)], 9)).toEqual([[]]);
    await expect(buildApproximate(index)).rejects.toThrow('holds no box');
  });

  it('takes the place of the one before', async () => {
    const index = await copyOf(linked, 'again');
    const before = await tablesOf(index);
    await put(index, [items]);
    await buildApproximate(index, { searchEffort: 50 });
    const after = await tablesOf(index);
    expect([before.length, after.length]).toEqual([1, 1]);
    expect(after).not.toEqual(before);
    await using gallery = await openGallery(index, { approximate: true });
    expect(gallery.approximate).toMatchObject({ rowsBeside: 0 });
  });

  it('has to be made', async () => {
    const opening = openGallery(plain, { approximate: true });
    await expect(opening).rejects.toMatchObject({ code: 'store-invalid' });
    await expect(opening).rejects.toThrow(`Make it: \`vitrine index approximate ${plain}\``);
    await expect(buildApproximate(plain, { searchEffort: 1 })).rejects.toThrow('Expected `searchEffort`');
    await expect(buildApproximate(plain, { sample: 0 })).rejects.toThrow('Expected `sample`');
  });

  it('leaves nothing when it is stopped', async () => {
    const index = await copyOf(plain, 'stopped');
    const stop = new AbortController();
    const reason = new Error('no more');
    const onPhase = (): void => void setTimeout(20).then(() => stop.abort(reason));
    await expect(buildApproximate(index, { signal: stop.signal, onPhase })).rejects.toBe(reason);
    await expect(openGallery(index, { approximate: true })).rejects.toThrow('Make it');
  });

  it('is not there when its maker was killed, and can be made then', async () => {
    const index = await copyOf(plain, 'killed');
    const builder = new URL('../../dist/src/pipelines/build-approximate.js', import.meta.url).href;
    const program = `
      import { buildApproximate } from ${JSON.stringify(builder)};
      await buildApproximate(process.argv[1], { onPhase: (phase) => console.log(phase) });`;
    let killed = 0;
    for (const ms of [0, 30, 60, 120, 240]) {
      const child = spawn(process.execPath, ['--input-type=module', '--eval', program, index], {
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      await once(child.stdout, 'data');
      await setTimeout(ms);
      child.kill('SIGKILL');
      const [, signal] = await once(child, 'exit');
      const isOpen = await openGallery(index, { approximate: true }).then(
        (gallery) => gallery[Symbol.asyncDispose]().then(() => true),
        () => false,
      );
      if (signal === 'SIGKILL' && !isOpen) killed += 1;
    }
    expect(killed).toBeGreaterThan(0);
    expect((await tablesOf(index)).length).toBeLessThan(2); // Each has cleared away what was left.
    await buildApproximate(index);
    expect(await tablesOf(index)).toHaveLength(1);
    await using gallery = await openGallery(index, { approximate: true });
    const [hits] = await gallery.nearest([near(3)], 1);
    expect(hits?.[0]?.box.owner.id).toBe('3');
  });

  it.each([
    {
      what: 'its table gone',
      says: 'Make it again',
      spoil: async (index: string) => rm(join(index, (await tablesOf(index))[0] ?? '?'), { recursive: true }),
    },
    {
      what: 'its file cut',
      says: 'Make it again',
      spoil: (index: string) => writeFile(join(index, 'approximate.json'), '{"format":1'),
    },
    {
      what: 'its file of a later form',
      says: 'Make it again',
      spoil: (index: string) => writeFile(join(index, 'approximate.json'), '{"format":2}'),
    },
    { what: 'another shard of that name', says: 'Make it again', spoil: changeRows },
  ])('with $what is refused', async ({ what, says, spoil }) => {
    const index = await copyOf(linked, what);
    await spoil(index);
    const opening = openGallery(index, { approximate: true });
    await expect(opening).rejects.toMatchObject({ code: 'store-invalid' });
    await expect(opening).rejects.toThrow(says);
  });

  it('does not measure with a damaged feature', async () => {
    const index = await copyOf(linked, 'damaged');
    const shard = (await readdir(join(index, 'shards'))).filter((name) => name.endsWith('.f32')).toSorted()[0] ?? '';
    const path = join(index, 'shards', shard);
    await using gallery = await openGallery(index, { approximate: true });
    const file = await open(path, 'r+');
    await file.write(new Uint8Array(featureLength * 4 * boxesPerItem * 10).fill(0), 0);
    await file.close();
    await expect(gallery.nearest([near(1)], 3)).rejects.toMatchObject({ code: 'store-invalid', path });
    await expect(buildApproximate(index)).rejects.toMatchObject({ code: 'store-invalid', path });
  });
});

interface Hit {
  readonly box: Pick<BoxFeature, 'owner' | 'boxIndex'>;
}

function isSame({ box: a }: Hit, { box: b }: Hit): boolean {
  return a.owner.id === b.owner.id && a.boxIndex === b.boxIndex;
}

/** The items of the `k` boxes that are nearest to a query. */
async function nearItems(index: string, query: Float32Array, k: number): Promise<ReadonlySet<string>> {
  await using gallery = await openGallery(index);
  const hits = await gallery.nearest([query], k);
  return new Set(hits.flat().map(({ box }) => box.owner.id));
}

async function tablesOf(index: string): Promise<readonly string[]> {
  return (await readdir(index)).filter((name) => name.startsWith('approximate-'));
}

async function changeRows(index: string): Promise<void> {
  const path = join(index, 'approximate.json');
  const file = await open(path, 'r+');
  const manifest: { shards: { rows: number }[] } = JSON.parse(await file.readFile('utf8'));
  for (const shard of manifest.shards) shard.rows += 1;
  await file.close();
  await writeFile(path, JSON.stringify(manifest));
}
