import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
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
        },
      ),
      { numRuns: 30 },
    );
  });
});
