import { chmod, mkdir, symlink, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openDataset } from '../../src/io/dataset.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';

async function fill(root: string, files: readonly string[]): Promise<void> {
  for (const file of files) {
    const isFolder = file.endsWith('/');
    await mkdir(isFolder ? join(root, file) : dirname(join(root, file)), { recursive: true });
    if (!isFolder) await writeFile(join(root, file), '');
  }
}

/** For a superuser there is no folder that cannot be listed. */
async function asNobody<T>(run: () => Promise<T>): Promise<T> {
  if (process.geteuid?.() !== 0) return run();
  process.seteuid?.(65_534);
  try {
    return await run();
  } finally {
    process.seteuid?.(0);
  }
}

describe('openDataset', () => {
  it('lists items, pictures and clips by code unit, whatever the extension', async () => {
    await using folder = await temporaryFolder();
    const root = folder.path;
    await fill(root, [
      'image/9/0.jpg',
      'image/10/2.PNG',
      'image/10/10.jpeg',
      'image/a/x.y.webp',
      'video/b.mp4',
      'video/B.mkv',
    ]);
    expect(await openDataset(root)).toEqual({
      root,
      items: [
        {
          id: '10',
          pictures: [
            { name: '10', path: join(root, 'image/10/10.jpeg') },
            { name: '2', path: join(root, 'image/10/2.PNG') },
          ],
        },
        { id: '9', pictures: [{ name: '0', path: join(root, 'image/9/0.jpg') }] },
        { id: 'a', pictures: [{ name: 'x.y', path: join(root, 'image/a/x.y.webp') }] },
      ],
      clips: [
        { id: 'B', path: join(root, 'video/B.mkv') },
        { id: 'b', path: join(root, 'video/b.mp4') },
      ],
      ignored: [],
    });
  });

  it('passes over what is neither picture nor clip, and says so', async () => {
    await using folder = await temporaryFolder();
    const root = folder.path;
    await fill(root, [
      'image/1/0.jpg',
      'image/1/0.png',
      'image/1/notes.txt',
      'image/1/9.jpg/',
      'image/1/._0.jpg',
      'image/readme.txt',
      'image/2/',
      'image/.git/0.jpg',
      'video/v.mp4',
      'video/v.webm',
      'video/v.srt',
      'video/.v.mp4',
      'other/x.jpg',
    ]);
    const { items, clips, ignored } = await openDataset(root);
    expect(items).toEqual([{ id: '1', pictures: [{ name: '0', path: join(root, 'image/1/0.jpg') }] }]);
    expect(clips).toEqual([{ id: 'v', path: join(root, 'video/v.mp4') }]);
    expect(ignored.map(({ path, reason }) => `${path.slice(root.length + 1)}: ${reason}`)).toEqual([
      'image/1/0.png: a second picture called 0',
      'image/1/9.jpg: not a picture',
      'image/1/notes.txt: not a picture',
      'image/2: an item without pictures',
      'image/readme.txt: not an item folder',
      'video/v.srt: not a clip',
      'video/v.webm: a second clip called v',
    ]);
  });

  it('follows links', async () => {
    await using folder = await temporaryFolder();
    const root = folder.path;
    await fill(root, ['image/1/0.jpg', 'video/v.mp4']);
    await symlink(join(root, 'image/1'), join(root, 'image/2'));
    await symlink('v.mp4', join(root, 'video/w.mp4'));
    await symlink('nowhere', join(root, 'video/x.mp4'));
    await symlink('nowhere', join(root, 'video/u.mov'));
    await fill(root, ['video/u.mp4']);
    const { items, clips, ignored } = await openDataset(root);
    expect(items.map(({ id }) => id)).toEqual(['1', '2']);
    expect(clips.map(({ path }) => basename(path))).toEqual(['u.mp4', 'v.mp4', 'w.mp4', 'x.mp4']); // The last is missing, which whoever reads it says.
    expect(ignored).toEqual([{ path: join(root, 'video/u.mov'), reason: 'a link to nothing' }]);
  });

  it('leaves an item folder that cannot be listed to whoever reads it', async () => {
    await using folder = await temporaryFolder();
    const root = folder.path;
    await fill(root, ['image/1/0.jpg', 'image/2/0.jpg', 'video/v.mp4']);
    await chmod(root, 0o755);
    await chmod(join(root, 'image/2'), 0);
    const { items } = await asNobody(() => openDataset(root));
    await chmod(join(root, 'image/2'), 0o755);
    expect(items.map(({ pictures }) => pictures.map(({ path }) => path))).toEqual([
      [join(root, 'image/1/0.jpg')],
      [join(root, 'image/2')],
    ]);
  });

  it.each([
    {
      why: 'a root that is missing',
      files: [],
      root: 'no',
      says: 'no does not exist; expected a folder that holds image/',
    },
    { why: 'a root that is a file', files: ['file'], root: 'file', says: 'file cannot be listed: ENOTDIR' },
    { why: 'an empty root', files: [], root: '', says: 'image does not exist; expected item folders' },
    { why: 'no clips folder', files: ['image/1/0.jpg'], root: '', says: 'video does not exist; expected clips' },
    { why: 'no items', files: ['image/', 'video/v.mp4'], root: '', says: 'image holds no picture' },
    { why: 'items without pictures', files: ['image/1/', 'video/v.mp4'], root: '', says: 'image holds no picture' },
    { why: 'no clips', files: ['image/1/0.jpg', 'video/'], root: '', says: 'video holds no clip' },
  ])('refuses $why in one line', async ({ files, root, says }) => {
    await using folder = await temporaryFolder();
    await fill(folder.path, files);
    const failure = openDataset(join(folder.path, root));
    await expect(failure).rejects.toMatchObject({ code: 'dataset-invalid' });
    await expect(failure).rejects.toThrow(says);
    await expect(failure).rejects.toThrow(/^.*$/);
  });
});
