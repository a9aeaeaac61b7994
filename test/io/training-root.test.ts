import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openTrainingRoot } from '../../src/io/training-root.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';

async function shopOf(...files: readonly string[]) {
  const folder = await temporaryFolder();
  for (const file of files) {
    await mkdir(dirname(join(folder.path, file)), { recursive: true });
    await writeFile(join(folder.path, file), '');
  }
  return folder;
}

describe('openTrainingRoot', () => {
  it('lists items, clips and folders of frames, these by the number of the frame', async () => {
    await using shop = await shopOf(
      'image/2/0.jpg',
      'image/1/1.png',
      'video/b.mp4',
      'video_frames/a/100.jpg',
      'video_frames/a/20.jpg',
      'video_frames/a/000080.png',
    );
    const { items, clips, ignored } = await openTrainingRoot(shop.path);
    expect(items.map(({ id }) => id)).toEqual(['1', '2']);
    expect(clips.map(({ id, stills }) => [id, stills?.map(({ name }) => name)])).toEqual([
      ['a', ['20', '000080', '100']],
      ['b', undefined],
    ]);
    expect(ignored).toEqual([]);
  });

  it.each([
    { what: 'pictures alone', file: 'image/1/0.jpg', counts: [1, 0] },
    { what: 'clips alone', file: 'video/a.mp4', counts: [0, 1] },
    { what: 'frames alone', file: 'video_frames/a/80.jpg', counts: [0, 1] },
  ])('is content with $what', async ({ file, counts }) => {
    await using shop = await shopOf(file);
    const { items, clips } = await openTrainingRoot(shop.path);
    expect([items.length, clips.length]).toEqual(counts);
  });

  it('says what it passed over, and why', async () => {
    await using shop = await shopOf(
      'image/1/0.jpg',
      'image_annotation/1/0.json',
      'image_annotation/1/7.json',
      'image_annotation/2/0.json',
      'video/a.mp4',
      'video_annotation/a.json',
      'video_annotation/c.json',
      'video_annotation/z.json',
      'video_frames/a/80.jpg',
      'video_frames/b/first.jpg',
      'video_frames/c/80.jpg',
      'video_frames/c/notes.txt',
      'video_frames/readme.md',
    );
    const { clips, ignored } = await openTrainingRoot(shop.path);
    expect(clips.map(({ id }) => id)).toEqual(['a', 'c']);
    expect(ignored.map(({ path, reason }) => `${path.slice(shop.path.length + 1)}: ${reason}`)).toEqual([
      'video_frames/a: a second clip called a',
      'video_frames/b/first.jpg: not called by the index of its frame',
      'video_frames/b: a clip without frames',
      'video_frames/c/notes.txt: not a picture',
      'video_frames/readme.md: not a folder of frames',
      'image_annotation/1/7.json: about a picture that is not there',
      'image_annotation/2/0.json: about a picture that is not there',
      'video_annotation/z.json: about a clip that is not there',
    ]);
  });

  it.each([
    { what: 'nothing', files: [], says: 'holds neither a picture nor a clip' },
    { what: 'annotations alone', files: ['image_annotation/1/0.json'], says: 'holds neither a picture nor a clip' },
    { what: 'an item without pictures', files: ['image/1/notes.txt'], says: 'holds neither a picture nor a clip' },
  ])('refuses a root with $what', async ({ files, says }) => {
    await using shop = await shopOf(...files);
    const refusal = { code: 'dataset-invalid', path: shop.path, message: expect.stringContaining(says) };
    await expect(openTrainingRoot(shop.path)).rejects.toMatchObject(refusal);
  });

  it('refuses a root that is not there', async () => {
    await using shop = await shopOf();
    await expect(openTrainingRoot(join(shop.path, 'none'))).rejects.toThrow('does not exist');
  });
});
