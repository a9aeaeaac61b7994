import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { defaultMatching } from '../../src/core/defaults.ts';
import { createBoxStore } from '../../src/io/create-box-store.ts';
import { openBoxes } from '../../src/io/open-boxes.ts';
import { formatResult } from '../../src/io/result-file.ts';
import { matchBoxes } from '../../src/matching/match-boxes.ts';
import { nearestLanes } from '../../src/pipelines/nearest-lanes.ts';
import { rematch } from '../../src/pipelines/rematch.ts';
import { poolTracks } from '../../src/tracking/pool-tracks.ts';
import { galleryBox, queryBox } from '../helpers/boxes.ts';
import { randomBoxes } from '../helpers/random-boxes.ts';
import { slowReference } from '../helpers/slow-reference.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';

const lanes = vi.hoisted(() => ({ asked: 0, closed: 0 }));
vi.mock('../../src/pipelines/nearest-lanes.ts', async (original) => {
  const { watchedLanes } = await import('../helpers/watched-lanes.ts');
  const real = await original<{ readonly nearestLanes: typeof nearestLanes }>();
  return { nearestLanes: watchedLanes(real.nearestLanes, lanes) };
});

const thresholds = fc.record({
  quantile: fc.constantFrom(0, 0.28, 0.28, 0.28, 0.5, 1),
  keepAtLeast: fc.constantFrom(0, 1, 1, 1),
  voteShare: fc.constantFrom(0, 0.3, 0.5, 0.5, 0.5, 1),
  maxDistance: fc.constantFrom(0.3, 1.12, 1.12, 4),
});

describe('rematch', () => {
  it('writes the very bytes of an independent slow implementation, in 1,000 random cases, with lanes, without and with both', async () => {
    await using folder = await temporaryFolder();
    await using lanes = nearestLanes({ threads: 2, idleProducts: 0, patienceMs: 0 });
    let block = 0;
    const now = { ...lanes, isWorth: () => true };
    const nowAndThen = { ...lanes, isWorth: () => (block += 1) % 3 > 0 };
    const from = join(folder.path, 'boxes.ndjson');
    const out = join(folder.path, 'result.json');
    let answers = 0;
    await fc.assert(
      fc.asyncProperty(randomBoxes, thresholds, async (boxes, matching) => {
        const lines = boxes.map((box) => JSON.stringify(box));
        await writeFile(from, lines.map((line) => `${line}\n`).join(''));
        await rematch({ from, out, matching });
        const written = await readFile(out, 'utf8');
        expect(written).toBe(slowReference(lines, matching));
        const stored = await openBoxes(from);
        const sides = { queries: stored.boxes('query'), gallery: stored.boxes('gallery') };
        for (const search of [now, nowAndThen]) {
          const matches = await matchBoxes({ ...sides, search, options: matching, queryRows: 11, galleryRows: 5 });
          expect(formatResult(matches)).toBe(written);
        }
        answers += written.split('item_id').length - 1;
      }),
      { numRuns: 1000 },
    );
    expect(answers).toBeGreaterThan(500);
    // Some 10 s on an idle machine; every case writes a file onto the disk.
  }, 120_000);

  it('takes the thresholds of the rule when none are given', async () => {
    await using folder = await temporaryFolder();
    const from = join(folder.path, 'boxes.ndjson');
    await fc.assert(
      fc.asyncProperty(randomBoxes, async (boxes) => {
        const lines = boxes.map((box) => JSON.stringify(box));
        await writeFile(from, lines.join('\n'));
        const out = join(folder.path, 'result.json');
        await rematch({ from, out });
        expect(await readFile(out, 'utf8')).toBe(slowReference(lines, defaultMatching));
      }),
      { numRuns: 50 },
    );
  });

  it('pools the tracks of each clip when asked to, from a store and from lines in any order', async () => {
    await using folder = await temporaryFolder();
    const at = (name: string): string => join(folder.path, name);
    await fc.assert(
      fc.asyncProperty(randomBoxes, async (lines) => {
        await writeFile(at('boxes.ndjson'), lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
        const boxes = await openBoxes(at('boxes.ndjson'));
        const [queries, gallery] = [await flat(boxes.boxes('query')), await flat(boxes.boxes('gallery'))];
        const clips = [...new Set(gallery.map(({ owner }) => owner.id))];
        const store = await createBoxStore(at('store'), { model: 'm', featureLength: lines[0]?.feature.length ?? 1 });
        for (const { owner } of [...queries, ...gallery]) {
          const of = [...queries, ...gallery].filter(
            (box) => box.owner.side === owner.side && box.owner.id === owner.id,
          );
          await store.write(owner, of);
        }
        const garments = clips.flatMap((id) => poolTracks(gallery.filter(({ owner }) => owner.id === id)));
        const matches = await matchBoxes({ queries, gallery: garments });
        expect(await rematch({ from: at('boxes.ndjson'), out: at('lines.json'), pool: 'tracks' })).toEqual(matches);
        expect(await rematch({ from: at('store'), out: at('store.json'), pool: 'tracks' })).toEqual(matches);
      }),
      { numRuns: 50 },
    );
  });

  it('answers with what is seen of a garment all along, and not with one box that is like another item by chance', async () => {
    await using folder = await temporaryFolder();
    const from = join(folder.path, 'boxes');
    const store = await createBoxStore(from, { model: 'm', featureLength: 2 });
    const looks = [
      [1, 0.2],
      [1, 1],
      [1, -0.2],
      [1, -0.3],
    ];
    const clip = looks.map((feature, place) => galleryBox({ id: 'v', frame: String(80 + place * 20), feature }));
    await store.write({ side: 'gallery', id: 'v' }, clip);
    await store.write({ side: 'query', id: 'chance' }, [queryBox({ id: 'chance', feature: [1, 1] })]);
    await store.write({ side: 'query', id: 'right' }, [queryBox({ id: 'right', feature: [1, 0.1] })]);
    const out = join(folder.path, 'result.json');
    Object.assign(lanes, { asked: 0, closed: 0 });
    expect(await rematch({ from, out })).toMatchObject([{ itemId: 'chance', frameIndex: 100 }]);
    expect(lanes).toEqual({ asked: 1, closed: 1 });
    expect(await rematch({ from, out, pool: 'none' })).toMatchObject([{ itemId: 'chance', frameIndex: 100 }]);
    expect(await rematch({ from, out, pool: 'tracks' })).toMatchObject([{ itemId: 'right', frameIndex: 80 }]);
  });

  it('refuses a pooling that is none, before it reads anything', async () => {
    const pool: 'tracks' = JSON.parse('"clips"');
    const failure = rematch({ from: 'nowhere', out: 'nowhere.json', pool });
    await expect(failure).rejects.toThrow(TypeError);
    await expect(failure).rejects.toThrow('Expected `pool` to be one of none, tracks, got clips (string)');
  });
});

async function flat<T>(blocks: AsyncIterable<readonly T[]>): Promise<readonly T[]> {
  const all: T[] = [];
  for await (const block of blocks) all.push(...block);
  return all;
}
