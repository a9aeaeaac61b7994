import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type BoxFeature } from '../../src/core/box-feature.ts';
import { matchBoxes } from '../../src/matching/match-boxes.ts';
import { type NearestSearch } from '../../src/matching/nearest-search.ts';
import { nearestLanes } from '../../src/pipelines/nearest-lanes.ts';
import { galleryBox, queryBox } from '../helpers/boxes.ts';

describe('nearestLanes', { timeout: 60_000 }, () => {
  let lanes: ReturnType<typeof nearestLanes>;
  beforeAll(() => {
    lanes = nearestLanes({ threads: 2, idleProducts: 0, patienceMs: 0 });
  });
  afterAll(() => lanes[Symbol.asyncDispose]());

  it('finds what is found without it among features that differ by less than float32 can tell, and some that do not differ', async () => {
    const featureLength = 2048;
    const directions = [1, 2, 3].map((seed) =>
      Array.from({ length: featureLength }, (_, place) => Math.sin(seed * (place + 1) * 1.7)),
    );
    const sketch = fc.record({
      direction: fc.nat(2),
      hair: fc.constantFrom(0, 0, 1e-7, -1e-7, 3e-7, 1e-4),
      place: fc.nat(9),
      id: fc.constantFrom('7', '10', 'b'),
      frame: fc.constantFrom('80', '100'),
      score: fc.constantFrom(0.9, 0.95),
    });
    const featureOf = ({ direction, hair, place }: { direction: number; hair: number; place: number }): number[] => {
      const numbers = [...directions[direction]!];
      numbers[place] = numbers[place]! + hair * 30;
      return numbers;
    };
    const boxes = (least: number, most: number): fc.Arbitrary<readonly Parameters<typeof queryBox>[0][]> =>
      fc
        .array(sketch, { minLength: least, maxLength: most })
        .map((all) => all.map((one, boxIndex) => ({ ...one, boxIndex, feature: featureOf(one) })));
    let matched = 0;
    await fc.assert(
      fc.asyncProperty(boxes(1, 12), boxes(1, 90), async (drawn, drawnClips) => {
        const queries = drawn.map((one) => queryBox({ ...one, frame: '0' }));
        const gallery = drawnClips.map((one) => galleryBox(one));
        const expected = await matchBoxes({ queries, gallery });
        expect(await matchBoxes({ queries, gallery, search: lanes, galleryRows: 17, queryRows: 5 })).toEqual(expected);
        matched += expected.length;
      }),
      { numRuns: 60 },
    );
    expect(matched).toBeGreaterThan(60);
  });

  it('takes more queries than it multiplies at once, and blocks of other sizes than before', async () => {
    const featureOf = (number: number): readonly number[] => [Math.sin(number), Math.cos(number), Math.sin(number * 7)];
    const queries = Array.from({ length: 700 }, (_, number) =>
      queryBox({ id: String(number), feature: featureOf(number * 1.01) }),
    );
    const gallery = Array.from({ length: 900 }, (_, number) =>
      galleryBox({ id: String(number), feature: featureOf(number % 451) }),
    );
    const expected = await matchBoxes({ queries, gallery });
    expect(expected.length).toBeGreaterThan(300);
    for (const galleryRows of [16, 300, 33]) {
      expect(await matchBoxes({ queries, gallery, search: lanes, galleryRows })).toEqual(expected);
    }
  });

  it('has no matches where there is no gallery', async () => {
    expect(await matchBoxes({ queries: [queryBox({ id: 'i' })], gallery: [], search: lanes })).toEqual([]);
  });

  it('starts when what went by would have been worth it, and then does all', () => {
    const idle = nearestLanes({ idleProducts: 100 });
    expect([60, 40, 1, 1, 60].map((products) => idle.isWorth(products))).toEqual([false, false, true, true, true]);
  });

  it.each([
    { products: 100, isWorth: [false, false, true] },
    { products: 101, isWorth: [true, true, true] },
  ])('starts at once where $products are to come of which 100 would go by', ({ products, isWorth }) => {
    const known = nearestLanes({ idleProducts: 100, products });
    expect([60, 40, 1].map((some) => known.isWorth(some))).toEqual(isWorth);
  });

  it('starts no thread before that', async () => {
    const given: number[] = [];
    await using idle = nearestLanes({ idleProducts: 6 });
    const search: NearestSearch = {
      ...idle,
      begin: () => Promise.reject(new Error('begun')),
      isWorth: (products) => {
        given.push(products);
        return idle.isWorth(products);
      },
    };
    const few = { queries: [queryBox({ id: 'i' })], gallery: [1, 2, 3].map(() => galleryBox({ id: 'v' })) };
    expect(await matchBoxes({ ...few, search, galleryRows: 2 })).toHaveLength(1);
    expect(given).toEqual([4, 2]);
    await expect(matchBoxes({ ...few, search, galleryRows: 2 })).rejects.toThrow('begun');
  });

  it.each([
    { patienceMs: 0, threads: 3, started: 3 },
    { patienceMs: 0, threads: 1, started: 1 },
    { patienceMs: Infinity, threads: 3, started: 1 },
  ])('starts $started of $threads threads when blocks may wait $patienceMs ms', async ({ started, ...options }) => {
    const gallery = Array.from({ length: 40 }, (_, number) => galleryBox({ id: String(number), feature: [1, number] }));
    let threads = 0;
    const count = (): void => void (threads += 1);
    process.on('worker', count);
    try {
      await using some = nearestLanes({ ...options, idleProducts: 0 });
      const sides = { queries: [queryBox({ id: 'i', feature: [1, 12] })], gallery, search: some, galleryRows: 1 };
      for (let round = 0; round < 2; round += 1) expect(await matchBoxes(sides)).toMatchObject([{ videoId: '12' }]);
    } finally {
      process.off('worker', count);
    }
    expect(threads).toBe(started);
  });

  it('takes the memory of a block without copying it, and gives it to the next one', async () => {
    await using some = nearestLanes({ threads: 1 });
    const block = { boxes: [galleryBox({ id: 'v', feature: [0, 1] })], featureLength: 2 };
    const features = some.room(32);
    features.set([0, 1]);
    await some.begin({ ...block, features: Float32Array.of(0, 1) });
    await some.add({ ...block, features }, () => undefined);
    expect(features).toHaveLength(0);
    await some.finish();
    expect([...some.room(32).subarray(0, 2)]).toEqual([0, 1]);
    expect([...some.room(32).subarray(0, 2)]).toEqual([0, 0]);
  });

  it('gives no memory that is too small', async () => {
    await using some = nearestLanes({ threads: 1 });
    const block = { boxes: [galleryBox({ id: 'v', feature: [0, 1] })], featureLength: 2 };
    await some.begin({ ...block, features: Float32Array.of(0, 1) });
    await some.add({ ...block, features: Float32Array.of(0, 1) }, () => undefined);
    await some.finish();
    expect(some.room(33)).toHaveLength(33);
  });

  it('stops when it is told to', async () => {
    const feature = Array.from({ length: 64 }, (_, place) => Math.sin(place));
    const gallery = Array.from<BoxFeature>({ length: 50 }).fill(galleryBox({ id: 'v', feature }));
    const controller = new AbortController();
    const reason = new Error('enough');
    let added = 0;
    const search: NearestSearch = {
      ...lanes,
      add: async (block, found) => {
        added += 1;
        if (added === 3) controller.abort(reason);
        await lanes.add(block, found);
      },
    };
    const { signal } = controller;
    const stopped = matchBoxes({ queries: [queryBox({ id: 'i', feature })], gallery, galleryRows: 1, search, signal });
    await expect(stopped).rejects.toBe(reason);
    expect(added).toBe(3);
  });

  it('stops when it is told to while the last blocks are looked at', async () => {
    const controller = new AbortController();
    const reason = new Error('enough');
    const search: NearestSearch = {
      ...lanes,
      finish: async () => {
        await lanes.finish();
        controller.abort(reason);
      },
    };
    const sides = { queries: [queryBox({ id: 'i' })], gallery: [galleryBox({ id: 'v' })] };
    await expect(matchBoxes({ ...sides, search, signal: controller.signal })).rejects.toBe(reason);
  });
});
