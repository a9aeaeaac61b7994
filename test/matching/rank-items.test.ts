import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type BoxFeature } from '../../src/core/box-feature.ts';
import { matchBoxes } from '../../src/matching/match-boxes.ts';
import { precisionRecall } from '../../src/matching/precision-recall.ts';
import { rankItems } from '../../src/matching/rank-items.ts';
import { recallAt } from '../../src/matching/recall-at.ts';
import { galleryBox, queryBox } from '../helpers/boxes.ts';
import { garment, truthOf } from '../helpers/truth.ts';

const sketch = {
  id: fc.constantFrom('a', 'b', 'c', 'd'),
  frame: fc.constantFrom('0', '1', '2'),
  feature: fc
    .array(fc.integer({ min: -2, max: 2 }), { minLength: 3, maxLength: 3 })
    .filter((f) => f.some((v) => v !== 0)),
};
const byOwner = (a: BoxFeature, b: BoxFeature): number =>
  a.owner.id < b.owner.id ? -1 : Number(a.owner.id > b.owner.id);

describe('rankItems', () => {
  it('gives each pair the distance that the rule gives it with that clip alone', async () => {
    const sides = fc.tuple(
      fc.array(fc.record(sketch).map(queryBox), { maxLength: 15 }).map((boxes) => boxes.sort(byOwner)),
      fc.array(fc.record(sketch).map(galleryBox), { maxLength: 15 }),
      fc.integer({ min: 1, max: 6 }),
    );
    await fc.assert(
      fc.asyncProperty(sides, async ([queries, gallery, queryRows]) => {
        const rankings = await rankItems({ queries, gallery, queryRows });
        const clipIds = [...new Set(gallery.map(({ owner }) => owner.id))];
        expect([...rankings.keys()].sort()).toEqual(queries.length === 0 ? [] : clipIds.sort());
        for (const [clipId, ranking] of rankings) {
          const items = new Set(queries.map(({ owner }) => owner.id));
          expect(ranking.map(({ itemId }) => itemId).sort()).toEqual([...items].sort());
          for (const { itemId, distance } of ranking) {
            const [match] = await matchBoxes({
              queries: queries.filter(({ owner }) => owner.id === itemId),
              gallery: gallery.filter(({ owner }) => owner.id === clipId),
              options: { maxDistance: 4 },
            });
            expect(distance).toBeCloseTo(match?.distance ?? 4, 12);
          }
          const order = ranking.map(({ distance, itemId }) => [distance, itemId] as const);
          const sorted = [...order].sort((a, b) => a[0] - b[0] || (a[1] < b[1] ? -1 : 1));
          expect(order).toEqual(sorted);
        }
      }),
    );
  });

  it('keeps the nearest few', async () => {
    const queries = ['d', 'c', 'b', 'a'].map((id, index) => queryBox({ id, feature: [1, index >> 1] }));
    const rankings = await rankItems({ queries, gallery: [galleryBox({ id: 'v' })], depth: 3 });
    expect(rankings.get('v')?.map(({ itemId }) => itemId)).toEqual(['c', 'd', 'a']);
  });

  it('refuses boxes of an item that are not together, and options out of range', async () => {
    const gallery = [galleryBox({ id: 'v' })];
    const queries = [queryBox({ id: 'a' }), queryBox({ id: 'b' }), queryBox({ id: 'a' })];
    await expect(rankItems({ queries, gallery })).rejects.toThrow('boxes of item a to be together');
    await expect(rankItems({ queries: [], gallery, depth: 0 })).rejects.toThrow('`depth`');
    await expect(rankItems({ queries: [], gallery, queryRows: 0 })).rejects.toThrow('`queryRows`');
    await expect(rankItems({ queries: [], gallery, options: { quantile: 2 } })).rejects.toThrow('`quantile`');
  });
});

const truth = truthOf(
  { a: { '0': [garment(1)] }, b: { '0': [garment(2)] }, x: { '0': [garment(0)] } },
  { v: { 80: [garment(1)] }, w: { 80: [garment(2)] }, unseen: { 80: [garment(2)] }, decoy: { 80: [garment(0)] } },
);

describe('recallAt', () => {
  it('is the share of clips with a counterpart whose item is among the first', () => {
    const ranking = (...ids: readonly string[]): readonly { itemId: string; distance: number }[] =>
      ids.map((itemId, index) => ({ itemId, distance: index / 10 }));
    const rankings = new Map([
      ['v', ranking('a', 'b')],
      ['w', ranking('x', 'a', 'b')],
      ['decoy', ranking('x')],
    ]);
    expect(recallAt(rankings, truth, 1)).toBe(1 / 3);
    expect(recallAt(rankings, truth, 2)).toBe(1 / 3);
    expect(recallAt(rankings, truth, 3)).toBe(2 / 3);
    expect(recallAt(rankings, truthOf({}, {}), 3)).toBe(0);
  });
});

describe('precisionRecall', () => {
  it('has a point for each distance, with all pairs up to it', () => {
    const pair = (videoId: string, itemId: string, distance: number) =>
      ({
        videoId,
        itemId,
        distance,
        imgName: '0',
        itemBox: [0, 0, 10, 10],
        frameIndex: 80,
        frameBox: [0, 0, 1, 1],
      }) as const;
    const curve = precisionRecall(
      [pair('decoy', 'b', 0.5), pair('v', 'a', 0.25), pair('w', 'a', 0.5), pair('unseen', 'b', 1.5)],
      truth,
    );
    expect(curve).toEqual([
      { distance: 0.25, answers: 1, precision: 1, recall: 1 / 3, final: expect.closeTo(0.5, 12) },
      { distance: 0.5, answers: 3, precision: 1 / 3, recall: 1 / 3, final: expect.closeTo(1 / 3, 12) },
      { distance: 1.5, answers: 4, precision: 0.5, recall: 2 / 3, final: expect.closeTo(4 / 7, 12) },
    ]);
    expect(precisionRecall([], truth)).toEqual([]);
  });
});
