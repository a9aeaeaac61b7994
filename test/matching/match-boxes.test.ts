import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type BoxFeature } from '../../src/core/box-feature.ts';
import { matchBoxes } from '../../src/matching/match-boxes.ts';
import { galleryBox, queryBox } from '../helpers/boxes.ts';

const near = [1, 0, 0.1];
const far = [0, 1, 0];

async function* inBlocks(boxes: readonly BoxFeature[], size: number): AsyncGenerator<readonly BoxFeature[]> {
  for (let start = 0; start < boxes.length; start += size) yield boxes.slice(start, start + size);
}

describe('matchBoxes', () => {
  it('pairs what looks alike', async () => {
    const queries = [queryBox({ id: 'shirt', feature: [1, 0, 0] }), queryBox({ id: 'skirt', feature: [0, 1, 0.1] })];
    const gallery = [
      galleryBox({ id: 'clip 1', frame: '100', feature: far }),
      galleryBox({ id: 'clip 2', feature: near }),
    ];
    expect(await matchBoxes({ queries, gallery })).toEqual([
      {
        videoId: 'clip 1',
        itemId: 'skirt',
        imgName: '0',
        itemBox: [0, 0, 10, 20],
        frameIndex: 100,
        frameBox: [0, 0, 10, 20],
        distance: Math.fround(2 - 2 * Math.fround(1 / Math.hypot(1, 0.1))),
      },
      expect.objectContaining({ videoId: 'clip 2', itemId: 'shirt', frameIndex: 80 }),
    ]);
  });

  it.each([
    { why: 'the lower video id', wins: { id: '10' }, loses: { id: '9' } },
    { why: 'then the lower frame, as a number', wins: { frame: '90' }, loses: { frame: '100' } },
    { why: 'then the higher score', wins: { score: 0.99, boxIndex: 1 }, loses: { score: 0.95, boxIndex: 0 } },
    { why: 'then the lower box index', wins: { boxIndex: 2 }, loses: { boxIndex: 11 } },
  ])('of equally near gallery boxes takes $why', async ({ wins, loses }) => {
    const winner = galleryBox({ id: 'v', ...wins, box: [1, 2, 3, 4] });
    const loser = galleryBox({ id: 'v', ...loses, box: [5, 6, 7, 8] });
    const queries = [queryBox({ id: 'i' })];
    for (const gallery of [
      [winner, loser],
      [loser, winner],
    ]) {
      for (const galleryRows of [1, 2]) {
        const [match] = await matchBoxes({ queries, gallery, galleryRows });
        expect(match).toMatchObject({ videoId: winner.owner.id, frameBox: [1, 2, 3, 4] });
      }
    }
  });

  it('gives the same answer for any block sizes and any order', async () => {
    const sketch = {
      id: fc.constantFrom('a', 'b', 'c', 'd'),
      feature: fc.constantFrom([1, 0, 0], near, far, [1, 1, 1]),
    };
    const boxes = fc.tuple(
      fc.array(fc.record(sketch).map(queryBox), { maxLength: 20 }),
      fc.array(fc.record(sketch).map(galleryBox), { maxLength: 20 }),
    );
    const rows = fc.integer({ min: 1, max: 9 });
    await fc.assert(
      fc.asyncProperty(boxes, rows, rows, rows, async ([drawn, drawnClips], queryRows, galleryRows, size) => {
        const queries = drawn.map((box, boxIndex) => Object.assign({}, box, { boxIndex }));
        const gallery = drawnClips.map((box, boxIndex) => Object.assign({}, box, { boxIndex }));
        const expected = await matchBoxes({ queries, gallery });
        const found = await matchBoxes({
          queries: inBlocks([...queries].reverse(), size),
          gallery: { [Symbol.asyncIterator]: () => inBlocks([...gallery].reverse(), size) },
          queryRows,
          galleryRows,
        });
        expect(found).toEqual(expected);
      }),
    );
  });

  it.each([
    { why: 'no gallery', queries: [queryBox({ id: 'i' })], gallery: [] },
    { why: 'no queries', queries: [], gallery: [galleryBox({ id: 'v' })] },
    { why: 'nothing at all', queries: [], gallery: [] },
  ])('has no matches for $why', async ({ queries, gallery }) => {
    expect(await matchBoxes({ queries, gallery })).toEqual([]);
  });

  const good = { queries: [queryBox({ id: 'i' })], gallery: [galleryBox({ id: 'v' })] };
  it.each([
    { why: 'boxes of the wrong side', input: { ...good, queries: good.gallery }, says: 'query side, got gallery/v' },
    {
      why: 'a frame that is no index',
      input: { ...good, gallery: [galleryBox({ id: 'v', frame: 'last' })] },
      says: 'frame last',
    },
    {
      why: 'features of two lengths on one side',
      input: { ...good, gallery: [...good.gallery, galleryBox({ id: 'v', feature: [1] })] },
      says: 'features of 2 numbers, got 1',
    },
    {
      why: 'features of two lengths on two sides',
      input: { ...good, gallery: [galleryBox({ id: 'v', feature: [1, 1, 1] })] },
      says: 'features of 2 numbers, got 3',
    },
    {
      why: 'a feature that is no unit vector',
      input: { ...good, queries: [{ ...queryBox({ id: 'i' }), feature: Float32Array.of(1, 0.1) }] },
      says: 'norm 1',
    },
    {
      why: 'a feature that is no number',
      input: { ...good, queries: [{ ...queryBox({ id: 'i' }), feature: Float32Array.of(Number.NaN, 1) }] },
      says: 'norm 1',
    },
    { why: 'no boxes at all', input: { ...good, gallery: JSON.parse('{}') }, says: 'boxes as a list, or as an Async' },
    {
      why: 'boxes of another shape',
      input: { ...good, queries: JSON.parse('[{"side": "query", "id": "i"}]') },
      says: 'got the keys side, id',
    },
    {
      why: 'a threshold that nobody knows',
      input: { ...good, options: JSON.parse('{"maxDist": 1}') },
      says: 'got maxDist',
    },
    { why: 'a quantile above 1', input: { ...good, options: { quantile: 1.1 } }, says: '`quantile`' },
    { why: 'a keepAtLeast of 2', input: { ...good, options: { keepAtLeast: 2 } }, says: '`keepAtLeast`' },
    { why: 'a voteShare below 0', input: { ...good, options: { voteShare: -0.1 } }, says: '`voteShare`' },
    { why: 'a maxDistance above 4', input: { ...good, options: { maxDistance: 5 } }, says: '`maxDistance`' },
    { why: 'no query rows', input: { ...good, queryRows: 0 }, says: '`queryRows`' },
    { why: 'no gallery rows', input: { ...good, galleryRows: 0.5 }, says: '`galleryRows`' },
  ])('refuses $why', async ({ input, says }) => {
    const failure = matchBoxes(input);
    await expect(failure).rejects.toThrow(TypeError);
    await expect(failure).rejects.toThrow(says);
  });

  it('lets the event loop turn, and stops when it is told to', async () => {
    const feature = Array.from({ length: 1024 }, (_, index) => Math.sin(index));
    const queries = Array.from<BoxFeature>({ length: 512 }).fill(queryBox({ id: 'i', feature }));
    const gallery = Array.from<BoxFeature>({ length: 2048 }).fill(galleryBox({ id: 'v', feature }));
    const controller = new AbortController();
    const reason = new Error('enough');
    let turns = 0;
    const timer = setInterval(() => {
      turns += 1;
      if (turns === 5) controller.abort(reason);
    }, 1);
    await expect(matchBoxes({ queries, gallery, signal: controller.signal })).rejects.toBe(reason);
    clearInterval(timer);
    expect(turns).toBe(5);
  });

  it('does not start when it has been told to stop', async () => {
    const reason = new Error('never');
    const signal = AbortSignal.abort(reason);
    await expect(matchBoxes({ ...good, signal })).rejects.toBe(reason);
  });
});
