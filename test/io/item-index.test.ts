import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type BoxFeature } from '../../src/core/box-feature.ts';
import { compareIds } from '../../src/core/compare-ids.ts';
import { type IndexedPicture } from '../../src/io/item-index-format.ts';
import { indexBoxes, type ItemIndex, openItemIndex, readIndexFeatures } from '../../src/io/open-item-index.ts';
import {
  createItemIndex,
  type ItemIndexWriter,
  writeItemIndex,
  type WriteItemIndexOptions,
} from '../../src/io/write-item-index.ts';
import { galleryBox, queryBox } from '../helpers/boxes.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';

const model = { name: 'm', fingerprint: 'f'.repeat(64) };
const manifest = { model, featureLength: 2, options: { shortSide: 224 } };
const whole = { ...manifest, format: 1, kind: 'vitrine item index' };

function picture(name = '0', bytes = 10): IndexedPicture {
  return { name, bytes, mtimeMs: 1.5, sha256: 'abc' };
}

async function writerOf(folder: string, options?: WriteItemIndexOptions): Promise<ItemIndexWriter> {
  return writeItemIndex(await openItemIndex(folder), options);
}

/** An index at `folder` with one item of one box, which is entry 1. */
async function oneItem(folder: string): Promise<{ readonly shard: string }> {
  await createItemIndex(folder, manifest);
  const writer = await writerOf(folder);
  await writer.put({ id: '1', pictures: [picture()] }, [queryBox({ id: '1' })]);
  await writer.flush();
  const name = (await readdir(join(folder, 'shards'))).find((file) => file.endsWith('.json')) ?? '';
  return { shard: join(folder, 'shards', name.slice(0, -5)) };
}

/** Everything that counts: pictures and boxes by item. */
async function contentOf(
  index: ItemIndex,
): Promise<
  ReadonlyMap<string, { readonly pictures: readonly IndexedPicture[]; readonly boxes: readonly BoxFeature[] }>
> {
  const boxes = new Map<string, BoxFeature[]>([...index.items.keys()].map((id) => [id, []]));
  for (const shard of index.shards) {
    const features = await readIndexFeatures(shard);
    for (const { row, box } of indexBoxes(shard)) {
      const feature = features.slice(row * index.featureLength, (row + 1) * index.featureLength);
      boxes.get(box.owner.id)?.push({ ...box, feature });
    }
  }
  return new Map([...index.items].map(([id, { pictures }]) => [id, { pictures, boxes: boxes.get(id) ?? [] }]));
}

describe('an item index', () => {
  it('is a map of items, whatever is added, replaced and removed, in however many sittings', async () => {
    const id = fc.constantFrom('1', '10', '9', '长袖', '__proto__', 'a/b');
    const put = fc.record({
      kind: fc.constant('put' as const),
      id,
      pictures: fc.array(fc.record({ name: fc.constantFrom('0', '1'), bytes: fc.nat(3) }), { maxLength: 2 }),
      boxes: fc.array(
        fc.record({ frame: fc.constantFrom('0', '1'), boxIndex: fc.nat(2), feature: fc.constantFrom([1, 2], [2, -1]) }),
        { maxLength: 3 },
      ),
    });
    const step = fc.oneof(
      { weight: 4, arbitrary: put },
      {
        weight: 2,
        arbitrary: fc.record({ kind: fc.constant('remove' as const), ids: fc.array(id, { maxLength: 3 }) }),
      },
      { weight: 1, arbitrary: fc.record({ kind: fc.constant('reopen' as const) }) },
    );
    await fc.assert(
      fc.asyncProperty(
        fc.array(step, { maxLength: 14 }),
        fc.record({ shardItems: fc.integer({ min: 1, max: 3 }), shardRows: fc.integer({ min: 1, max: 5 }) }),
        async (steps, options) => {
          await using folder = await temporaryFolder();
          await createItemIndex(folder.path, manifest);
          let writer = await writerOf(folder.path, options);
          const expected = new Map<string, unknown>();
          for (const one of steps) {
            if (one.kind === 'put') {
              const boxes = one.boxes.map((sketch) => queryBox({ id: one.id, ...sketch }));
              const pictures = one.pictures.map(({ name, bytes }) => picture(name, bytes));
              await writer.put({ id: one.id, pictures }, boxes);
              expected.set(one.id, { pictures, boxes });
            } else if (one.kind === 'remove') {
              await writer.remove(one.ids);
              for (const gone of one.ids) expected.delete(gone);
            } else {
              await writer.flush();
              writer = await writerOf(folder.path, options);
            }
          }
          await writer.flush();
          const index = await openItemIndex(folder.path);
          expect(await contentOf(index)).toEqual(expected);
          expect([...index.items.keys()]).toEqual([...expected.keys()].sort(compareIds));
          expect(index.rows).toBe([...(await contentOf(index)).values()].flatMap(({ boxes }) => boxes).length);
          expect(index.staleRows).toBeGreaterThanOrEqual(0);
        },
      ),
      { numRuns: 60 },
    );
  });

  it('touches no file that is there, whatever comes after', async () => {
    await using folder = await temporaryFolder();
    await oneItem(folder.path);
    const shards = join(folder.path, 'shards');
    const before = new Map(
      await Promise.all(
        (await readdir(shards)).map(async (name) => [name, await readFile(join(shards, name))] as const),
      ),
    );
    const writer = await writerOf(folder.path);
    await writer.put({ id: '1', pictures: [] }, []);
    await writer.put({ id: '2', pictures: [] }, [queryBox({ id: '2' })]);
    await writer.remove(['2']);
    expect(before.size).toBe(2);
    for (const [name, bytes] of before) expect(await readFile(join(shards, name))).toEqual(bytes);
    expect((await readdir(shards)).length).toBe(2 + 2 + 1);
    expect(await openItemIndex(folder.path)).toMatchObject({ rows: 0, staleRows: 2 });
  });

  it('takes what two writers add at the same time', async () => {
    await using folder = await temporaryFolder();
    await createItemIndex(folder.path, manifest);
    const writers = [await writerOf(folder.path), await writerOf(folder.path)];
    for (const [place, writer] of writers.entries()) {
      await writer.put({ id: String(place), pictures: [] }, [queryBox({ id: String(place) })]);
    }
    await Promise.all(writers.map((writer) => writer.flush()));
    expect([...(await openItemIndex(folder.path)).items.keys()]).toEqual(['0', '1']);
  });

  it('does not count what a killed writer left half way', async () => {
    await using folder = await temporaryFolder();
    const { shard } = await oneItem(folder.path);
    await writeFile(join(folder.path, 'shards', '000000000002-00000000.f32'), 'features without a sidecar');
    await writeFile(join(folder.path, 'shards', '.1-1.tmp'), 'half');
    expect((await openItemIndex(folder.path)).items.size).toBe(1);
    await rm(`${shard}.json`);
    expect((await openItemIndex(folder.path)).items.size).toBe(0);
  });

  it.each([
    { why: 'features that changed', file: 'f32', change: (bytes: Buffer) => bytes.fill(1, 0, 1), says: 'the checksum' },
    { why: 'features cut short', file: 'f32', change: (bytes: Buffer) => bytes.subarray(4), says: '4 bytes for 1' },
    { why: 'a broken sidecar', file: 'json', change: () => Buffer.from('{'), says: 'cannot be used' },
    {
      why: 'a foreign sidecar',
      file: 'json',
      change: () => Buffer.from('{"kind":"cat"}'),
      says: 'cannot be used: at "kind": Invalid discriminator',
    },
    {
      why: 'lists that do not fit',
      file: 'json',
      from: '"scores":[0.9]',
      to: '"scores":[]',
      says: 'lists of 1, 1, 1, 0',
    },
    {
      why: 'items that do not fit',
      file: 'json',
      from: '"id":"1","rows":1',
      to: '"id":"1","rows":2',
      says: 'items of 2 rows',
    },
    { why: "another model's shard", file: 'json', from: '"model":"f', to: '"model":"e', says: 'made by models efff' },
    {
      why: 'features of another length',
      file: 'json',
      from: 'Length":2',
      to: 'Length":3',
      says: 'features of 3 numbers',
    },
    {
      why: 'a shard of a newer format',
      file: 'json',
      from: '"format":1',
      to: '"format":2',
      says: 'format 2, and this',
    },
  ])('refuses $why and names the file', async ({ file, change, from = '', to = '', says }) => {
    await using folder = await temporaryFolder();
    const path = `${(await oneItem(folder.path)).shard}.${file}`;
    const bytes = await readFile(path);
    await writeFile(path, change?.(bytes) ?? bytes.toString().replace(from, to));
    const failure = openItemIndex(folder.path).then(contentOf);
    await expect(failure).rejects.toMatchObject({ code: 'store-invalid', path });
    await expect(failure).rejects.toThrow(path);
    await expect(failure).rejects.toThrow(says);
  });

  it('refuses features that are gone', async () => {
    await using folder = await temporaryFolder();
    const path = `${(await oneItem(folder.path)).shard}.f32`;
    await rm(path);
    const failure = openItemIndex(folder.path).then(contentOf);
    await expect(failure).rejects.toMatchObject({ code: 'store-invalid', path });
  });

  it('refuses a newer format and says what to do', async () => {
    await using folder = await temporaryFolder();
    await oneItem(folder.path);
    const path = join(folder.path, 'index.json');
    await writeFile(path, JSON.stringify({ format: 7, shiny: true }));
    await expect(openItemIndex(folder.path)).rejects.toMatchObject({ code: 'store-invalid', path });
    await expect(openItemIndex(folder.path)).rejects.toThrow('format 7, and this Vitrine reads 1. Update Vitrine.');
    for (const { content, why } of [
      { content: { ...manifest, format: 1 }, why: 'at "kind": Invalid input: expected "vitrine item index"' },
      {
        content: { ...whole, model: { name: 5 } },
        why: 'at "model.name": Invalid input: expected string, received number',
      },
      { content: { ...whole, colour: 1 }, why: 'Unrecognized key: "colour"' },
    ]) {
      await writeFile(path, JSON.stringify(content));
      const message = `Item index: ${path} cannot be used: ${why}. Restore the file, or index the shop again into a new folder.`;
      await expect(openItemIndex(folder.path)).rejects.toMatchObject({ code: 'store-invalid', path, message });
    }
  });

  it('refuses other models by name and says what to do', async () => {
    await using folder = await temporaryFolder();
    await oneItem(folder.path);
    const other = openItemIndex(folder.path, { model: { name: 'n', fingerprint: 'e'.repeat(64) } });
    await expect(other).rejects.toThrow(
      /holds features of models m, fingerprint f{12}\. Those of models n, fingerprint e{12} .*--models.*`vitrine index <root>/u,
    );
    await expect(openItemIndex(folder.path, { model: { fingerprint: 'e'.repeat(64) } })).rejects.toThrow(
      /models m, fingerprint f{12}\. Those of the models of fingerprint e{12} cannot be compared/u,
    );
    expect((await openItemIndex(folder.path, { model })).items.size).toBe(1);
  });

  it('says what a folder that is no index should have been', async () => {
    await using folder = await temporaryFolder();
    const failure = openItemIndex(join(folder.path, 'no'));
    await expect(failure).rejects.toMatchObject({ code: 'store-invalid', cause: { code: 'ENOENT' } });
    await expect(failure).rejects.toThrow('`vitrine index <root> --out');
    await createItemIndex(folder.path, manifest);
    await rm(join(folder.path, 'shards'), { recursive: true });
    await expect(openItemIndex(folder.path)).rejects.toMatchObject({ path: join(folder.path, 'shards') });
  });

  it('is not made over something else', async () => {
    await using folder = await temporaryFolder();
    await writeFile(join(folder.path, '.hidden'), '');
    await createItemIndex(folder.path, manifest);
    const { shard } = await oneItem(folder.path); // Nothing was added to the first.
    await expect(createItemIndex(folder.path, manifest)).rejects.toThrow('Add to it with `vitrine index add <root>');
    await rm(`${shard}.json`);
    await createItemIndex(folder.path, manifest);
    await writeFile(join(folder.path, 'photo.jpg'), '');
    await expect(createItemIndex(folder.path, manifest)).rejects.toMatchObject({
      code: 'options-invalid',
      message: expect.stringContaining('holds other files (photo.jpg)'),
    });
  });

  it('refuses boxes that do not belong there, and keeps nothing of them', async () => {
    await using folder = await temporaryFolder();
    await createItemIndex(folder.path, manifest);
    const writer = await writerOf(folder.path);
    const put = (id: string, ...boxes: readonly BoxFeature[]) => writer.put({ id, pictures: [] }, boxes);
    await expect(put('1', queryBox({ id: '2' }))).rejects.toThrow('boxes of query/1, got one of query/2');
    await expect(put('1', galleryBox({ id: '1' }))).rejects.toThrow('boxes of query/1, got one of gallery/1');
    await expect(put('1', queryBox({ id: '1', feature: [1] }))).rejects.toThrow('`feature.length`');
    const long = { ...queryBox({ id: '1' }), feature: Float32Array.of(1, 1) };
    await expect(put('1', long)).rejects.toThrow('norm 1, got norm 1.41');
    await expect(put('1', { ...long, feature: Float32Array.of(NaN, 1) })).rejects.toThrow('norm NaN');
    await writer.flush();
    expect(await readdir(join(folder.path, 'shards'))).toEqual([]);
  });
});
