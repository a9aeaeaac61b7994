import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, afterAll, describe, expect, it, vi } from 'vitest';
import { createBoxStore } from '../../src/io/create-box-store.ts';
import { writeBoxesNdjson } from '../../src/io/write-boxes-ndjson.ts';
import { writeClipAnnotations, writePictureAnnotations } from '../../src/io/write-annotations.ts';
import { evaluate } from '../../src/pipelines/evaluate.ts';
import { rematch } from '../../src/pipelines/rematch.ts';
import { galleryBox, queryBox } from '../helpers/boxes.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';
import { garment } from '../helpers/truth.ts';

const lanes = vi.hoisted(() => ({ asked: 0, closed: 0 }));
vi.mock('../../src/pipelines/nearest-lanes.ts', () => ({
  nearestLanes: () => ({
    isWorth: () => {
      lanes.asked += 1;
      return false;
    },
    room: (numbers: number) => new Float32Array(numbers),
    [Symbol.asyncDispose]: () => Promise.resolve((lanes.closed += 1)),
  }),
}));

/** Items a and b, clips v (shows a) and w (shows b, but looks like a), decoy d. */
let folder: Awaited<ReturnType<typeof temporaryFolder>>;
const at = (...parts: readonly string[]): string => join(folder.path, ...parts);

beforeAll(async () => {
  folder = await temporaryFolder();
  const root = at('shop');
  for (const [index, id] of ['a', 'b'].entries()) {
    await mkdir(join(root, 'image', id), { recursive: true });
    await writeFile(join(root, 'image', id, '0.jpg'), '');
    await writePictureAnnotations(root, {
      itemId: id,
      imgName: '0.jpg',
      annotations: [garment(index + 1, [0, 0, 10, 20])],
    });
  }
  await mkdir(join(root, 'video'));
  for (const [id, instance] of [
    ['v', 1],
    ['w', 2],
    ['d', 0],
  ] as const) {
    await writeFile(join(root, 'video', `${id}.mp4`), '');
    await writeClipAnnotations(root, {
      videoId: id,
      frames: [{ frameIndex: 80, annotations: [garment(instance, [0, 0, 10, 20])] }],
    });
  }
  const boxes = await createBoxStore(at('run', 'boxes'), { model: 'm', featureLength: 3 });
  await boxes.write({ side: 'query', id: 'a' }, [queryBox({ id: 'a', feature: [1, 0, 0] })]);
  await boxes.write({ side: 'query', id: 'b' }, [queryBox({ id: 'b', feature: [0, 1, 0] })]);
  await boxes.write({ side: 'gallery', id: 'v' }, [galleryBox({ id: 'v', feature: [1, 0.1, 0] })]);
  await boxes.write({ side: 'gallery', id: 'w' }, [galleryBox({ id: 'w', feature: [1, 0.5, 0] })]);
  await boxes.write({ side: 'gallery', id: 'd' }, [galleryBox({ id: 'd', feature: [0.1, 0.7, 0.5] })]);
});

afterAll(() => folder[Symbol.asyncDispose]());

describe('evaluate', () => {
  it('asks lanes whether the search is worth them, and closes them', async () => {
    await rematch({ from: at('run'), out: at('run', 'result.json') });
    Object.assign(lanes, { asked: 0, closed: 0 });
    await evaluate({ result: at('run', 'result.json'), root: at('shop'), boxes: at('run') });
    expect(lanes).toEqual({ asked: 1, closed: 1 });
  });

  it('scores a run and its boxes', async () => {
    await rematch({ from: at('run'), out: at('run', 'result.json') });
    expect(await evaluate({ result: at('run', 'result.json'), root: at('shop'), boxes: at('run') })).toEqual({
      items: 2,
      clips: 3,
      answers: 2,
      clipsWithCounterpart: 2,
      s1: { hits: 1, precision: 0.5, recall: 0.5, f1: 0.5 },
      s2: { hits: 1, precision: 0.5, recall: 0.5, f1: 0.5 },
      s3: { hits: 1, precision: 0.5, recall: 0.5, f1: 0.5 },
      final: 0.5,
      weights: { s1: 0.2, s2: 0.6, s3: 0.2 },
      frameBox: { judged: 1, meanIou: 1, above50: 1 },
      retrieval: {
        recallAt1: 0.5,
        recallAt5: 1,
        recallAt10: 1,
        curve: [
          expect.objectContaining({ answers: 1, precision: 1, recall: 0.5 }),
          expect.objectContaining({ answers: 2, precision: 0.5, recall: 0.5 }),
        ],
      },
      problems: [],
    });
  });

  it('takes boxes of a text file in any order', async () => {
    await rematch({ from: at('run'), out: at('run', 'result.json') });
    const boxes = [
      queryBox({ id: 'a', feature: [1, 0, 0] }),
      queryBox({ id: 'b', feature: [0, 1, 0] }),
      queryBox({ id: 'a', feature: [0, 0, 1], boxIndex: 1 }),
      galleryBox({ id: 'w', feature: [1, 0.5, 0] }),
      galleryBox({ id: 'v', feature: [1, 0.1, 0] }),
      galleryBox({ id: 'd', feature: [0.1, 0.7, 0.5] }),
      galleryBox({ id: 'w', feature: [1, 0.5, 0], boxIndex: 1 }),
    ];
    const { length } = boxes;
    const told = async (order: readonly number[]): Promise<unknown> => {
      const path = at(`${order.join('-')}.ndjson`);
      await writeBoxesNdjson(path, [order.map((place) => boxes[place]!)]);
      return (await evaluate({ result: at('run', 'result.json'), root: at('shop'), boxes: path })).retrieval;
    };
    const rising = Array.from({ length }, (_, place) => place);
    expect(await told(rising)).toEqual(await told([0, 2, 1, 3, 6, 4, 5]));
  });

  it('does without boxes', async () => {
    await rematch({ from: at('run', 'boxes'), out: at('other.json') });
    expect(await readFile(at('other.json'), 'utf8')).toBe(await readFile(at('run', 'result.json'), 'utf8'));
    const { final, retrieval } = await evaluate({ result: at('other.json'), root: at('shop') });
    expect(final).toBe(0.5);
    expect(retrieval).toBeUndefined();
  });

  it('applies other thresholds to recall and the curve', async () => {
    const options = { result: at('run', 'result.json'), root: at('shop'), boxes: at('run', 'boxes') };
    const { retrieval } = await evaluate({ ...options, matching: { keepAtLeast: 0 } });
    expect(retrieval).toEqual({ recallAt1: 0, recallAt5: 0, recallAt10: 0, curve: [] });
  });

  it('pools the tracks of a clip for recall and the curve when asked to', async () => {
    const boxes = await createBoxStore(at('pooled'), { model: 'm', featureLength: 3 });
    await boxes.write({ side: 'query', id: 'a' }, [queryBox({ id: 'a', feature: [1, 0, 0] })]);
    await boxes.write({ side: 'query', id: 'b' }, [queryBox({ id: 'b', feature: [1, 1, 0] })]);
    const looks = [
      [1, 0.2, 0],
      [1, 1, 0],
      [1, -0.5, 0],
    ];
    const clip = looks.map((feature, place) => galleryBox({ id: 'v', frame: String(80 + place * 20), feature }));
    await boxes.write({ side: 'gallery', id: 'v' }, clip);
    const options = { result: at('run', 'result.json'), root: at('shop'), boxes: at('pooled') };
    expect((await evaluate(options)).retrieval).toMatchObject({ recallAt1: 0, curve: [{ precision: 0 }] });
    const { retrieval } = await evaluate({ ...options, pool: 'tracks' });
    expect(retrieval).toMatchObject({ recallAt1: 0.5, curve: [{ precision: 1 }] });
  });

  it('refuses a pooling that is none, before it reads anything', async () => {
    const pool: 'tracks' = JSON.parse('"clips"');
    const failure = evaluate({ result: 'nowhere.json', root: 'nowhere', pool });
    await expect(failure).rejects.toThrow('Expected `pool` to be one of none, tracks');
  });

  it.each([
    { why: 'a clip', from: '"v"', to: '"u"', says: 'clip u is not in' },
    { why: 'an item', from: '"item_id":"a"', to: '"item_id":"z"', says: 'item z is not in' },
    { why: 'a picture', from: '"img_name":"0"', to: '"img_name":"7"', says: 'picture 7 of item b is not in' },
  ])('refuses a result that names $why of another data set', async ({ from, to, says }) => {
    const content = await readFile(at('run', 'result.json'), 'utf8');
    await writeFile(at('strange.json'), content.replace(from, to));
    const failure = evaluate({ result: at('strange.json'), root: at('shop') });
    await expect(failure).rejects.toMatchObject({ code: 'result-invalid' });
    await expect(failure).rejects.toThrow(says);
  });

  it('stops when it is told to', async () => {
    const signal = AbortSignal.abort(new Error('enough'));
    const failure = evaluate({ result: at('run', 'result.json'), root: at('shop'), boxes: at('run'), signal });
    await expect(failure).rejects.toBe(signal.reason);
  });
});

describe('rematch', () => {
  it('takes a store or the same boxes as text, and writes the same bytes', async () => {
    const boxes = [queryBox({ id: 'a', feature: [1, 0.3] }), queryBox({ id: 'a', boxIndex: 1, feature: [0.3, 1] })];
    const gallery = [galleryBox({ id: 'v', feature: [1, 0.31] }), galleryBox({ id: 'w', feature: [0.31, 1] })];
    await writeBoxesNdjson(at('boxes.ndjson'), [boxes, gallery]);
    await rematch({ from: at('boxes.ndjson'), out: at('text.json') });
    const store = await createBoxStore(at('store'), { model: 'm', featureLength: 2 });
    await store.write({ side: 'query', id: 'a' }, boxes);
    for (const box of gallery) await store.write(box.owner, [box]);
    await rematch({ from: at('store'), out: at('store.json') });
    expect(await readFile(at('text.json'), 'utf8')).toBe(await readFile(at('store.json'), 'utf8'));
    expect(await readFile(at('text.json'), 'utf8')).toContain('"item_id":"a"');
  });

  it('writes nothing when it is told to stop, or has nothing to read', async () => {
    const signal = AbortSignal.abort(new Error('enough'));
    await expect(rematch({ from: at('run'), out: at('none.json'), signal })).rejects.toBe(signal.reason);
    await expect(rematch({ from: at('nothing'), out: at('none.json') })).rejects.toMatchObject({
      code: 'store-invalid',
    });
    await expect(rematch({ from: at('shop'), out: at('none.json') })).rejects.toMatchObject({ code: 'store-invalid' });
    await expect(readFile(at('none.json'))).rejects.toThrow('ENOENT');
  });
});
