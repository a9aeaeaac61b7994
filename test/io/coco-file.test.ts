import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type CocoUnit, writeCoco } from '../../src/io/coco-file.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';

const skirt = { box: [1, 2, 4, 8], instanceId: 7, label: '短裙' } as const;
const units: readonly CocoUnit[] = [
  { root: 'r', side: 'picture', owner: '1', rows: [{ file: 'r/picture/1/0.jpg', width: 9, height: 8, boxes: [] }] },
  {
    root: 'r',
    side: 'clip',
    owner: 'a',
    rows: [
      { file: 'r/clip/a/000000.jpg', width: 9, height: 8, frameIndex: 0, boxes: [skirt, skirt] },
      { file: 'r/clip/a/000020.jpg', width: 9, height: 8, frameIndex: 20, boxes: [skirt] },
    ],
  },
];

async function* inOrder<T>(values: readonly T[]): AsyncGenerator<T> {
  yield* values;
}

describe('writeCoco', () => {
  it('writes images and annotations with ids from 1', async () => {
    await using folder = await temporaryFolder();
    const path = join(folder.path, 'sub', 'coco.json');
    expect(await writeCoco(path, () => inOrder(units))).toEqual({ images: 3, annotations: 3 });
    const annotation = { category_id: 1, bbox: [1, 2, 3, 6], area: 18, iscrowd: 0, instance_id: 7, label: '短裙' };
    const size = { width: 9, height: 8 };
    const clip = { ...size, side: 'clip', owner: 'a', root: 'r' };
    expect(JSON.parse(await readFile(path, 'utf8'))).toEqual({
      images: [
        { id: 1, file_name: 'r/picture/1/0.jpg', ...size, side: 'picture', owner: '1', root: 'r' },
        { id: 2, file_name: 'r/clip/a/000000.jpg', ...clip, frame_index: 0 },
        { id: 3, file_name: 'r/clip/a/000020.jpg', ...clip, frame_index: 20 },
      ],
      annotations: [
        { id: 1, image_id: 2, ...annotation },
        { id: 2, image_id: 2, ...annotation },
        { id: 3, image_id: 3, ...annotation },
      ],
      categories: [{ id: 1, name: 'clothes' }],
    });
  });

  it('is JSON also when there is nothing', async () => {
    await using folder = await temporaryFolder();
    const path = join(folder.path, 'coco.json');
    expect(await writeCoco(path, () => inOrder([]))).toEqual({ images: 0, annotations: 0 });
    expect(JSON.parse(await readFile(path, 'utf8'))).toMatchObject({ images: [], annotations: [] });
  });

  it('holds a piece of a long file, and not the file', async () => {
    await using folder = await temporaryFolder();
    const path = join(folder.path, 'coco.json');
    async function* many(): AsyncGenerator<CocoUnit> {
      for (let count = 0; count < 3000; count += 1) yield* units;
    }
    expect(await writeCoco(path, many)).toEqual({ images: 9000, annotations: 9000 });
    const { images, annotations } = JSON.parse(await readFile(path, 'utf8'));
    expect([images.length, annotations.at(-1)]).toEqual([9000, expect.objectContaining({ id: 9000, image_id: 9000 })]);
  });
});
