import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type BoxFeature } from '../../src/core/box-feature.ts';
import { createBoxStore } from '../../src/io/create-box-store.ts';
import { openBoxStore } from '../../src/io/open-box-store.ts';
import { galleryBox, queryBox } from '../helpers/boxes.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';

const meta = { model: 'm', featureLength: 2 };
const owner = { side: 'query', id: '1' } as const;

async function collect(blocks: AsyncIterable<readonly BoxFeature[]>): Promise<readonly BoxFeature[]> {
  const boxes: BoxFeature[] = [];
  for await (const block of blocks) boxes.push(...block);
  return boxes;
}

describe('the box store', () => {
  it('gives back what was written, to the bit, for any id', async () => {
    await using folder = await temporaryFolder();
    const ids = fc.oneof(
      fc.string({ minLength: 1, maxLength: 20, unit: 'grapheme' }),
      fc.constantFrom(
        '.',
        '..',
        '...',
        'a/b',
        '%2E',
        '100%',
        'a.json',
        'x.f32',
        'nul\u0000',
        'C:\\x',
        '长袖上衣',
        ' ',
        '长'.repeat(85),
        'x'.repeat(255),
      ),
    );
    const sketches = fc.array(
      fc.record({
        frame: fc.nat(400).map(String),
        boxIndex: fc.nat(5),
        score: fc.double({ min: 0, max: 1, noNaN: true }),
        feature: fc.constantFrom([1, 0.3], [0.1, -1], [1, 1]),
        box: fc.tuple(fc.nat(9), fc.nat(9), fc.nat(9), fc.nat(9)),
      }),
      { maxLength: 5 },
    );
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(fc.tuple(ids, sketches), { selector: ([id]) => id, maxLength: 4 }),
        async (owners) => {
          const store = await createBoxStore(folder.path, meta);
          for (const [id, boxes] of owners) {
            await store.write(
              { side: 'gallery', id },
              boxes.map((sketch) => galleryBox(Object.assign({ id }, sketch))),
            );
          }
          const reader = await openBoxStore(folder.path);
          const stored = await reader.owners('gallery');
          expect(stored.map(({ id }) => id)).toEqual(owners.map(([id]) => id).sort());
          expect(await reader.owners('query')).toEqual([]);
          for (const [id, boxes] of owners) {
            expect(await reader.read({ side: 'gallery', id })).toEqual(
              boxes.map((sketch) => galleryBox(Object.assign({ id }, sketch))),
            );
          }
          expect(await collect(reader.boxes('gallery'))).toHaveLength(owners.flatMap(([, boxes]) => boxes).length);
        },
      ),
      { numRuns: 25 },
    );
  });

  it('can be gone through again', async () => {
    await using folder = await temporaryFolder();
    const store = await createBoxStore(folder.path, meta);
    await store.write(owner, [queryBox({ id: '1' })]);
    const boxes = (await openBoxStore(folder.path)).boxes('query');
    expect(await collect(boxes)).toHaveLength(1);
    expect(await collect(boxes)).toHaveLength(1);
  });

  it('replaces an owner that is written again', async () => {
    await using folder = await temporaryFolder();
    const store = await createBoxStore(folder.path, meta);
    await store.write(owner, [queryBox({ id: '1' })]);
    await store.write(owner, [queryBox({ id: '1', frame: '7' })]);
    expect((await (await openBoxStore(folder.path)).read(owner)).map(({ frame }) => frame)).toEqual(['7']);
  });

  it('forgets an owner whose new boxes cannot be written, as the old sidecar must not vouch for them', async () => {
    await using folder = await temporaryFolder();
    const store = await createBoxStore(folder.path, meta);
    await store.write(owner, [queryBox({ id: '1' })]);
    await rm(join(folder.path, 'query', '1.f32'));
    await mkdir(join(folder.path, 'query', '1.f32'));
    await expect(store.write(owner, [queryBox({ id: '1' })])).rejects.toMatchObject({ code: 'file-unwritable' });
    expect(await (await openBoxStore(folder.path)).owners('query')).toEqual([]);
  });

  it.each([
    { keep: false, left: [] },
    { keep: true, left: [owner] },
  ])('starts anew unless it is to keep what is there: $keep', async ({ keep, left }) => {
    await using folder = await temporaryFolder();
    await (await createBoxStore(folder.path, meta)).write(owner, [queryBox({ id: '1' })]);
    await writeFile(join(folder.path, 'query', 'mine.txt'), 'stays');
    await createBoxStore(folder.path, { ...meta, keep });
    expect(await (await openBoxStore(folder.path)).owners('query')).toEqual(left);
    expect(await readdir(join(folder.path, 'query'))).toContain('mine.txt');
  });

  it('does not list an owner whose writer was killed half way, and leaves no temporary files', async () => {
    await using folder = await temporaryFolder();
    const store = await createBoxStore(folder.path, meta);
    await store.write(owner, [queryBox({ id: '1' })]);
    expect((await readdir(join(folder.path, 'query'))).sort()).toEqual(['1.f32', '1.json']);
    await rm(join(folder.path, 'query', '1.json'));
    await writeFile(join(folder.path, 'query', '.1-1.tmp'), 'half');
    expect(await (await openBoxStore(folder.path)).owners('query')).toEqual([]);
    await createBoxStore(folder.path, meta);
    expect(await readdir(join(folder.path, 'query'))).toEqual([]);
  });

  it.each([
    { why: 'features that changed', file: '1.f32', change: (bytes: Buffer) => bytes.fill(1, 0, 1), says: 'checksum' },
    { why: 'features cut short', file: '1.f32', change: (bytes: Buffer) => bytes.subarray(4), says: '4 bytes for 1' },
    { why: 'a broken sidecar', file: '1.json', change: () => Buffer.from('{'), says: '1.json cannot be used' },
    {
      why: 'a foreign sidecar',
      file: '1.json',
      change: () => Buffer.from('{"a":1}'),
      says: '1.json cannot be used: at "format": Invalid',
    },
    {
      why: "another owner's sidecar",
      file: '1.json',
      change: (bytes: Buffer) => Buffer.from(bytes.toString().replace('"id":"1"', '"id":"2"')),
      says: 'it holds query/2',
    },
    {
      why: 'lists that do not fit',
      file: '1.json',
      change: (bytes: Buffer) => Buffer.from(bytes.toString().replace('"scores":[0.9]', '"scores":[]')),
      says: 'lists of 1, 1, 1, 0 for 1 rows',
    },
  ])('refuses $why', async ({ file, change, says }) => {
    await using folder = await temporaryFolder();
    await (await createBoxStore(folder.path, meta)).write(owner, [queryBox({ id: '1' })]);
    const path = join(folder.path, 'query', file);
    await writeFile(path, change(await readFile(path)));
    const failure = (await openBoxStore(folder.path)).read(owner);
    await expect(failure).rejects.toMatchObject({ code: 'store-invalid', path });
    await expect(failure).rejects.toThrow(says);
  });

  it('refuses features that are gone', async () => {
    await using folder = await temporaryFolder();
    await (await createBoxStore(folder.path, meta)).write(owner, [queryBox({ id: '1' })]);
    await rm(join(folder.path, 'query', '1.f32'));
    await expect((await openBoxStore(folder.path)).read(owner)).rejects.toMatchObject({ code: 'store-invalid' });
  });

  it('refuses to mix the features of different models', async () => {
    await using folder = await temporaryFolder();
    await (await createBoxStore(folder.path, meta)).write(owner, [queryBox({ id: '1' })]);
    const other = await createBoxStore(folder.path, { ...meta, model: 'n', keep: true });
    await other.write({ side: 'gallery', id: 'v' }, [galleryBox({ id: 'v' })]);
    const store = await openBoxStore(folder.path);
    await collect(store.boxes('query'));
    await expect(collect(store.boxes('gallery'))).rejects.toThrow('made by models n, others by m');
  });

  it('refuses boxes that do not belong there', async () => {
    await using folder = await temporaryFolder();
    const store = await createBoxStore(folder.path, meta);
    await expect(store.write(owner, [queryBox({ id: '2' })])).rejects.toThrow('boxes of query/1, got one of query/2');
    await expect(store.write(owner, [queryBox({ id: '1', feature: [1] })])).rejects.toThrow('`feature.length`');
    await expect(store.write({ side: 'query', id: '' }, [])).rejects.toThrow(TypeError);
    expect(await readdir(join(folder.path, 'query'))).toEqual([]);
  });

  it('says what a folder that is no box store should have been', async () => {
    await using folder = await temporaryFolder();
    await expect(openBoxStore(join(folder.path, 'no'))).rejects.toMatchObject({ code: 'store-invalid' });
    await writeFile(join(folder.path, 'file'), '');
    await expect(createBoxStore(join(folder.path, 'file'), meta)).rejects.toMatchObject({ code: 'file-unwritable' });
    await mkdir(join(folder.path, 'query'));
    await expect(openBoxStore(folder.path)).rejects.toThrow('`vitrine match` leaves');
  });
});
