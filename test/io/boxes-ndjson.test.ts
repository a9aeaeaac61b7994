import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type BoxFeature } from '../../src/core/box-feature.ts';
import { PipelineError } from '../../src/core/errors.ts';
import { readBoxesNdjson } from '../../src/io/read-boxes-ndjson.ts';
import { writeBoxesNdjson } from '../../src/io/write-boxes-ndjson.ts';
import { galleryBox, queryBox } from '../helpers/boxes.ts';
import { randomBoxes } from '../helpers/random-boxes.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';

async function collect(blocks: AsyncIterable<readonly BoxFeature[]>): Promise<readonly BoxFeature[]> {
  const boxes: BoxFeature[] = [];
  for await (const block of blocks) boxes.push(...block);
  return boxes;
}

const query = { side: 'query', id: '1', img: '0', box: [0, 0, 1, 2], score: 0.9, feature: [0.6, 0.8] };
const gallery = { side: 'gallery', id: 'v', frame: 80, box: [0, 0, 1, 2], score: 0.9, feature: [0.6, 0.8] };

describe('boxes.ndjson', () => {
  it('is read as it was written, to the bit', async () => {
    await using folder = await temporaryFolder();
    const path = join(folder.path, 'a', 'boxes.ndjson');
    const boxes = [
      queryBox({ id: '1', frame: '0', feature: [0.1, 0.7], box: [1, 2, 3, 4], score: 0.987654321 }),
      queryBox({ id: '1', frame: '0', boxIndex: 1, feature: [1, -3] }),
      galleryBox({ id: 'v', frame: '100' }),
    ];
    await writeBoxesNdjson(path, [boxes.slice(0, 1), boxes.slice(1)]);
    expect(await collect(readBoxesNdjson(path))).toEqual(boxes);
    expect(await collect(readBoxesNdjson(path, { side: 'gallery' }))).toEqual(boxes.slice(2));
  });

  it('counts the boxes of each frame, however the lines are mixed, and each time anew', async () => {
    await using folder = await temporaryFolder();
    const path = join(folder.path, 'boxes.ndjson');
    await fc.assert(
      fc.asyncProperty(randomBoxes, async (lines) => {
        await writeFile(path, lines.map((line) => `${JSON.stringify(line)}\r\n\n`).join(''));
        const blocks = readBoxesNdjson(path);
        const boxes = await collect(blocks);
        expect(await collect(blocks)).toEqual(boxes);
        expect(boxes).toHaveLength(lines.length);
        for (const [index, { owner, frame, boxIndex }] of boxes.entries()) {
          const before = lines
            .slice(0, index)
            .filter(
              (line) => line.side === owner.side && line.id === owner.id && String(line.img ?? line.frame) === frame,
            );
          expect(boxIndex).toBe(before.length);
        }
      }),
      { numRuns: 50 },
    );
  });

  it('comes in blocks', async () => {
    await using folder = await temporaryFolder();
    const path = join(folder.path, 'boxes.ndjson');
    await writeFile(path, `${JSON.stringify(query)}\n`.repeat(600));
    const lengths: number[] = [];
    for await (const block of readBoxesNdjson(path)) lengths.push(block.length);
    expect(lengths).toEqual([256, 256, 88]);
  });

  it.each([
    { why: 'no JSON', line: '{"side":', says: 'JSON' },
    { why: 'no object', line: '[1]', says: 'Expected a JSON object' },
    { why: 'a key that nobody knows', line: { ...query, colour: 1 }, says: 'got "colour"' },
    { why: 'no side', line: { ...query, side: 'left' }, says: '`side` to be "query" or "gallery", got "left"' },
    { why: 'an id that is a number', line: { ...query, id: 1 }, says: '`id` to be a string' },
    { why: 'an empty id', line: { ...query, id: '' }, says: '`id` to be a string' },
    {
      why: 'a query without a picture',
      line: { ...query, img: undefined },
      says: '`img` to be a string on the query side, got nothing',
    },
    { why: 'a query with a frame', line: { ...query, frame: 80 }, says: 'no `frame`' },
    { why: 'a clip box without a frame', line: { ...gallery, frame: undefined }, says: '`frame` to be an integer' },
    { why: 'a clip box of half a frame', line: { ...gallery, frame: 1.5 }, says: '`frame` to be an integer' },
    { why: 'a clip box of a negative frame', line: { ...gallery, frame: -1 }, says: '`frame` to be an integer' },
    { why: 'a clip box with a picture', line: { ...gallery, img: '0' }, says: 'no `img`' },
    { why: 'a box of fractions', line: { ...query, box: [0, 0, 1.5, 2] }, says: '`box` to be four integers' },
    { why: 'a box of three numbers', line: { ...query, box: [0, 0, 1] }, says: '`box` to be four integers' },
    { why: 'an empty box', line: { ...query, box: [0, 0, 0, 2] }, says: '`box` to be four integers' },
    { why: 'a score in percent', line: { ...query, score: 90 }, says: '`score` to be a number from 0 to 1, got 90' },
    { why: 'a feature that is a text', line: { ...query, feature: 'x' }, says: '`feature` to be a list of numbers' },
    {
      why: 'a feature with a hole',
      line: { ...query, feature: [0.6, null] },
      says: '`feature` to be a list of numbers',
    },
    { why: 'an empty feature', line: { ...query, feature: [] }, says: 'got 0' },
    {
      why: 'a feature of another length',
      line: { ...query, feature: [1, 0, 0] },
      says: 'a `feature` of 2 numbers, got 3',
    },
    {
      why: 'a feature that is no unit vector',
      line: { ...query, feature: [0.6, 0.81] },
      says: '`feature` to have norm 1, got 1.00',
    },
  ])('refuses $why and names the line', async ({ line, says }) => {
    await using folder = await temporaryFolder();
    const path = join(folder.path, 'boxes.ndjson');
    await writeFile(path, `${JSON.stringify(gallery)}\n\n${typeof line === 'string' ? line : JSON.stringify(line)}\n`);
    // Lines of the other side are checked too.
    const failure = collect(readBoxesNdjson(path, { side: 'gallery' }));
    await expect(failure).rejects.toMatchObject({ code: 'store-invalid', path });
    await expect(failure).rejects.toThrow(`${path}, line 3: `);
    await expect(failure).rejects.toThrow(says);
  });

  it('takes features a little off norm 1 as they are', async () => {
    await using folder = await temporaryFolder();
    const path = join(folder.path, 'boxes.ndjson');
    await writeFile(path, JSON.stringify({ ...query, feature: [0.6, 0.8005] }));
    const [box] = await collect(readBoxesNdjson(path));
    expect(box?.feature).toEqual(Float32Array.of(0.6, 0.8005));
  });

  it('fails when the file cannot be read', async () => {
    await using folder = await temporaryFolder();
    const path = join(folder.path, 'no.ndjson');
    await expect(collect(readBoxesNdjson(path))).rejects.toMatchObject({ code: 'file-unreadable', path });
    await expect(collect(readBoxesNdjson(folder.path))).rejects.toMatchObject({ code: 'file-unreadable' });
  });

  it('is written whole or not at all', async () => {
    await using folder = await temporaryFolder();
    const failure = new PipelineError('store-invalid', 'damaged');
    const boxes = async function* (): AsyncGenerator<readonly BoxFeature[]> {
      yield [queryBox({ id: '1' })];
      throw failure;
    };
    await expect(writeBoxesNdjson(join(folder.path, 'boxes.ndjson'), boxes())).rejects.toBe(failure);
    expect(await readdir(folder.path)).toEqual([]);
    await writeFile(join(folder.path, 'file'), '');
    const nowhere = writeBoxesNdjson(join(folder.path, 'file', 'boxes.ndjson'), []);
    await expect(nowhere).rejects.toMatchObject({ code: 'file-unwritable' });
  });
});
