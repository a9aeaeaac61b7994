import { existsSync } from 'node:fs';
import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { makeFolder } from '../../src/io/make-folder.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';

describe('makeFolder', () => {
  it('makes the folders above it too, and is content with what is there', async () => {
    await using folder = await temporaryFolder();
    const path = join(folder.path, 'a', 'b', 'c');
    await makeFolder(path);
    await makeFolder(path);
    expect(await readdir(join(folder.path, 'a', 'b'))).toEqual(['c']);
  });

  it('makes one folder for many who ask at once', async () => {
    await using folder = await temporaryFolder();
    const paths = Array.from({ length: 20 }, (_, place) => join(folder.path, 'a', 'b', String(place % 2)));
    await Promise.all(paths.map(makeFolder));
    expect(await readdir(join(folder.path, 'a', 'b'))).toEqual(['0', '1']);
  });

  it.each([
    { where: 'at its place', below: [] },
    { where: 'above it', below: ['c'] },
    { where: 'further above it', below: ['c', 'd'] },
  ])('fails when there is a file $where', async ({ below }) => {
    await using folder = await temporaryFolder();
    const file = join(folder.path, 'file');
    await writeFile(file, '');
    const path = join(file, ...below);
    await expect(makeFolder(path)).rejects.toMatchObject({ code: 'file-unwritable', path });
  });

  it.runIf(existsSync('/proc/self'))(
    'fails in a file system that makes no folders, and calls them missing',
    async () => {
      await expect(makeFolder('/proc/none/such')).rejects.toMatchObject({
        code: 'file-unwritable',
        cause: expect.objectContaining({ code: 'ENOENT' }),
      });
    },
  );
});
