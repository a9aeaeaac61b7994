import { cp, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type BoxFeature } from '../../src/core/box-feature.ts';
import { type GalleryHit } from '../../src/core/gallery.ts';
import { openItemIndex } from '../../src/io/open-item-index.ts';
import { createItemIndex, writeItemIndex, type WriteItemIndexOptions } from '../../src/io/write-item-index.ts';
import { openGallery } from '../../src/pipelines/open-gallery.ts';
import { queryBox } from '../helpers/boxes.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';

const model = { name: 'm', fingerprint: 'f'.repeat(64) };

/** Writes an index of some boxes, items in the order of their first box. */
async function writeIndex(
  folder: string,
  boxes: readonly BoxFeature[],
  { featureLength = 2, ...options }: WriteItemIndexOptions & { readonly featureLength?: number } = {},
): Promise<void> {
  await createItemIndex(folder, { model, featureLength, options: {} });
  const writer = writeItemIndex(await openItemIndex(folder), options);
  for (const id of new Set(boxes.map(({ owner }) => owner.id))) {
    const of = boxes.filter(({ owner }) => owner.id === id);
    await writer.put({ id, pictures: [] }, of);
  }
  await writer.flush();
}

/** The `k` nearest boxes, found by looking at each of them, in float64 and in plain words. */
function naive(boxes: readonly BoxFeature[], query: Float32Array, k: number): readonly GalleryHit[] {
  const hits = boxes.map(({ feature, ...box }) => {
    let dot = 0;
    for (const [place, value] of feature.entries()) dot += value * (query[place] ?? NaN);
    return { box, distance: Math.fround(Math.max(0, 2 - 2 * dot)) };
  });
  const before = (a: string | number, b: string | number): number => Number(a > b) - Number(a < b);
  return hits
    .sort(
      ({ box: a, distance: d }, { box: b, distance: e }) =>
        before(d, e) || before(a.owner.id, b.owner.id) || before(a.frame, b.frame) || before(a.boxIndex, b.boxIndex),
    )
    .slice(0, k);
}

describe('openGallery', { timeout: 60_000 }, () => {
  it('finds what a look at every box finds, ties and all, in memory and streamed', async () => {
    const vector = fc
      .array(fc.constantFrom(-1, 0, 1e-4, 1, 2), { minLength: 5, maxLength: 5 })
      .filter((numbers) => numbers.some((number) => number !== 0));
    const sketch = fc.record({
      id: fc.constantFrom('2', '10', '9', 'b'),
      frame: fc.constantFrom('0', '1', '10'),
      boxIndex: fc.nat(2),
      feature: vector,
    });
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(sketch, {
          selector: ({ id, frame, boxIndex }) => `${id}/${frame}/${boxIndex}`,
          maxLength: 30,
        }),
        fc.array(vector, { maxLength: 5 }),
        fc.integer({ min: 1, max: 40 }),
        fc.record({ shardItems: fc.integer({ min: 1, max: 3 }) }),
        fc.constantFrom(0, 2 ** 30),
        async (sketches, asked, k, options, memoryBytes) => {
          await using folder = await temporaryFolder();
          const boxes = sketches.map((one) => queryBox(one));
          const queries = asked.map((feature) => queryBox({ id: '', feature }).feature);
          const index = join(folder.path, 'index');
          await writeIndex(index, boxes, { featureLength: 5, ...options });
          await using gallery = await openGallery(index, { memoryBytes, threads: 2 });
          expect(await gallery.nearest(queries, k)).toEqual(queries.map((query) => naive(boxes, query, k)));
          for (const id of ['2', '10', '9', 'b']) {
            const of = boxes.filter(({ owner }) => owner.id === id);
            expect(gallery.picturesOf(id)).toBe(new Set(of.map(({ frame }) => frame)).size);
          }
        },
      ),
      { numRuns: 15 },
    );
  });

  describe('of more boxes than a block holds', () => {
    const count = 9000;
    const featureLength = 16;
    let folder: Awaited<ReturnType<typeof temporaryFolder>>;
    let index = '';
    let boxes: readonly BoxFeature[] = [];

    beforeAll(async () => {
      folder = await temporaryFolder();
      index = join(folder.path, 'index');
      // Each feature is there some three times, far apart; the last items take the place of the first.
      const featureOf = (number: number): readonly number[] =>
        Array.from({ length: featureLength }, (_, place) => Math.sin(((number % 3001) + 1) * (place + 1)));
      boxes = Array.from({ length: count }, (_, number) =>
        queryBox({ id: String(Math.floor(number / 3)), boxIndex: number % 3, feature: featureOf(number) }),
      );
      await writeIndex(index, boxes, { featureLength });
      const writer = writeItemIndex(await openItemIndex(index));
      for (let item = 0; item < 40; item += 2) {
        await writer.put(
          { id: String(item), pictures: [] },
          boxes.filter(({ owner }) => owner.id === String(item)),
        );
      }
      await writer.flush();
      await writer.remove(['7', '8', '2999']);
      boxes = boxes.filter(({ owner: { id } }) => !['7', '8', '2999'].includes(id));
    });
    afterAll(() => folder[Symbol.asyncDispose]());

    it.each([
      { threads: 1, memoryBytes: 2 ** 30 },
      { threads: 3, memoryBytes: 2 ** 30 },
      { threads: 1, memoryBytes: 0 },
      { threads: 2, memoryBytes: 1000 },
    ])('finds what a look at every box finds: %j', async (options) => {
      await using gallery = await openGallery(index, options);
      expect(gallery.rows).toBe(boxes.length);
      expect(gallery.items).toHaveLength(2997);
      expect(gallery.picturesOf('nobody')).toBe(0);
      const queries = [0, 17, 4001, 8980, 24].map((place) => boxes[place]?.feature ?? new Float32Array());
      const [one, all] = await Promise.all([gallery.nearest(queries.slice(0, 1), 1), gallery.nearest(queries, 7)]);
      expect(one).toEqual([naive(boxes, queries[0] ?? new Float32Array(), 1)]);
      expect(all).toEqual(queries.map((query) => naive(boxes, query, 7)));
      expect(new Set(all.flat().map(({ distance }) => distance)).size).toBeLessThan(5 * 7); // There were ties.
    });

    it.each([2 ** 30, 0])('takes many queries, with room for %i bytes', async (memoryBytes) => {
      await using gallery = await openGallery(index, { memoryBytes });
      const queries = boxes.slice(0, 300).map(({ feature }) => feature);
      const hits = await gallery.nearest(queries, 3);
      expect(hits).toHaveLength(300);
      expect(hits[299]).toEqual(naive(boxes, queries[299] ?? new Float32Array(), 3));
      expect(await gallery.nearest(queries, 1)).toEqual(queries.map((query) => naive(boxes, query, 1)));
      expect(await gallery.nearest([], 3)).toEqual([]);
    });

    describe('with one shard', () => {
      const asked = (): readonly Float32Array[] => [boxes[0]?.feature ?? new Float32Array()];
      /** A copy of the index, and the path of a shard of it. */
      const copyOf = async (name: string): Promise<readonly [string, string]> => {
        const copy = join(folder.path, name);
        await cp(index, copy, { recursive: true });
        const shards = (await readdir(join(copy, 'shards'))).filter((file) => file.endsWith('.f32')).toSorted();
        return [copy, join(copy, 'shards', shards[20] ?? '')];
      };

      it.each([0, 2 ** 30])('changed, names it when it has been read, with %i bytes of memory', async (memoryBytes) => {
        const [copy, path] = await copyOf(`changed ${memoryBytes}`);
        await flip(path);
        const fault = { code: 'store-invalid', path, message: expect.stringContaining('the checksum does not fit') };
        await using gallery = await openGallery(copy, { memoryBytes, threads: 2 });
        await expect(gallery.nearest(asked(), 1)).rejects.toMatchObject(fault);
        await expect(gallery.nearest(asked(), 1)).rejects.toMatchObject(fault); // And again.
      });

      it('changed, is not ready', async () => {
        const [copy, path] = await copyOf('unready');
        await flip(path);
        await using gallery = await openGallery(copy);
        await expect(gallery.ready()).rejects.toMatchObject({ code: 'store-invalid', path });
      });

      it.each([
        { what: 'cut short', says: '100 bytes for 192 features of 16', spoil: (path: string) => truncate(path, 100) },
        { what: 'gone', says: 'ENOENT', spoil: (path: string) => rm(path) },
      ])('$what, names it when it opens, or when it is read', async ({ what, says, spoil }) => {
        const [copy, path] = await copyOf(what);
        const fault = { code: 'store-invalid', path, message: expect.stringContaining(`cannot be used: ${says}`) };
        await using open = await openGallery(copy, { memoryBytes: 0 });
        await spoil(path);
        await expect(openGallery(copy)).rejects.toMatchObject(fault);
        await expect(openGallery(copy, { memoryBytes: 0 })).rejects.toMatchObject(fault);
        await expect(open.nearest(asked(), 1)).rejects.toMatchObject(fault);
      });
    });

    it('is ready when all of it is in memory', async () => {
      const copy = join(folder.path, 'moved');
      await cp(index, copy, { recursive: true });
      await using gallery = await openGallery(copy);
      await gallery.ready();
      await rm(copy, { recursive: true });
      expect(
        await gallery.nearest(
          boxes.slice(0, 1).map(({ feature }) => feature),
          3,
        ),
      ).toEqual([naive(boxes, boxes[0]?.feature ?? new Float32Array(), 3)]);
    });

    it('stops reading when it is told to', async () => {
      const stop = new AbortController();
      await using gallery = await openGallery(index, { threads: 1, signal: stop.signal });
      const reason = new Error('no more');
      stop.abort(reason);
      await expect(gallery.ready()).rejects.toBe(reason);
      await expect(gallery.nearest([], 1)).resolves.toEqual([]);
      await expect(
        gallery.nearest(
          boxes.slice(0, 1).map(({ feature }) => feature),
          3,
        ),
      ).rejects.toBe(reason);
    });
  });

  it('opens an index without boxes', async () => {
    await using folder = await temporaryFolder();
    await writeIndex(folder.path, []);
    await using gallery = await openGallery(folder.path);
    expect(gallery).toMatchObject({ rows: 0, items: [], featureLength: 2, model: model.fingerprint });
    expect(await gallery.nearest([Float32Array.of(1, 0)], 5)).toEqual([[]]);
  });

  it('refuses what it cannot answer', async () => {
    await using folder = await temporaryFolder();
    await writeIndex(folder.path, [queryBox({ id: '1' })]);
    await using gallery = await openGallery(folder.path);
    await expect(gallery.nearest([Float32Array.of(1, 0)], 0)).rejects.toThrow('Expected `k`');
    await expect(gallery.nearest([Float32Array.of(1, 0, 0)], 1)).rejects.toThrow('queries of 2 numbers, got one of 3');
    await expect(gallery.nearest([Float32Array.of(1, 1)], 1)).rejects.toThrow('norm 1, got one of norm 1.41');
    await expect(gallery.nearest([Float32Array.of(NaN, 1)], 1)).rejects.toThrow('norm NaN');
    await expect(openGallery('')).rejects.toThrow('Expected `folder`');
    await expect(openGallery(folder.path, { threads: 0 })).rejects.toThrow('Expected `threads`');
    await expect(openGallery(folder.path, { memoryBytes: -1 })).rejects.toThrow('Expected `memoryBytes`');
    const reason = new Error('no more');
    await expect(openGallery(folder.path, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
  });

  it('fails what is asked of it when it has been closed', async () => {
    await using folder = await temporaryFolder();
    await writeIndex(folder.path, [queryBox({ id: '1' })]);
    const gallery = await openGallery(folder.path);
    const [asked] = await Promise.allSettled([
      gallery.nearest([Float32Array.of(1, 0)], 1),
      gallery[Symbol.asyncDispose](),
    ]);
    expect(asked).toMatchObject({ status: 'rejected', reason: { code: 'inference-failed' } });
    await expect(gallery.nearest([Float32Array.of(1, 0)], 1)).rejects.toThrow('the gallery was closed');
  });
});

async function flip(path: string): Promise<void> {
  const bytes = await readFile(path);
  bytes[0] = (bytes[0] ?? 0) ^ 1;
  await writeFile(path, bytes);
}
