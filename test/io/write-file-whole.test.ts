import { execFileSync } from 'node:child_process';
import {
  chmod,
  chown,
  lstat,
  mkdir,
  open,
  readdir,
  readFile,
  readlink,
  stat,
  symlink,
  writeFile,
} from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { fillWhole, writeFileWhole } from '../../src/io/write-file-whole.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';

const isLinux = process.platform === 'linux';

describe('writeFileWhole', () => {
  it('writes beside what a killed writer of the same process id has left', async () => {
    await using folder = await temporaryFolder();
    const left = Array.from({ length: 300 }, (_, count) => `.${process.pid}-${count}.tmp`);
    for (const name of left) await writeFile(join(folder.path, name), 'half');
    await writeFileWhole(join(folder.path, 'file'), 'whole');
    expect((await readdir(folder.path)).toSorted()).toEqual([...left, 'file'].toSorted());
    expect(await readFile(join(folder.path, 'file'), 'utf8')).toBe('whole');
  });

  it('replaces a file at once and keeps its mode', async () => {
    await using folder = await temporaryFolder();
    const path = join(folder.path, 'file');
    await writeFile(path, 'a longer text than the new one');
    for (const mode of [0o600, 0o444, 0o777]) {
      await chmod(path, mode);
      await fillWhole(path, async (file) => {
        expect((await file.stat()).mode & 0o777).toBe(mode);
        await file.writeFile('new');
      });
      expect(await readFile(path, 'utf8')).toBe('new');
      expect((await stat(path)).mode & 0o777).toBe(mode);
    }
    expect(await readdir(folder.path)).toEqual(['file']);
  });

  it.runIf(process.getuid?.() === 0)('leaves a file to its owner', async () => {
    await using folder = await temporaryFolder();
    const path = join(folder.path, 'file');
    await writeFile(path, 'before');
    await chown(path, 1234, 1235);
    await writeFileWhole(path, 'after');
    expect(await stat(path)).toMatchObject({ uid: 1234, gid: 1235, size: 5 });
  });

  it('leaves what was there when it cannot be written', async () => {
    await using folder = await temporaryFolder();
    const path = join(folder.path, 'file');
    await writeFile(path, 'before');
    const failure = fillWhole(path, async (file) => {
      await file.writeFile('half');
      throw new Error('enough');
    });
    const message = `Cannot write ${path}: enough. Check the permissions of the folder ${folder.path} and the free space.`;
    await expect(failure).rejects.toMatchObject({ code: 'file-unwritable', path, message });
    expect(await readFile(path, 'utf8')).toBe('before');
    expect(await readdir(folder.path)).toEqual(['file']);
  });

  it('follows links to the file that they name, also one that is missing', async () => {
    await using folder = await temporaryFolder();
    const at = (...names: string[]): string => join(folder.path, ...names);
    await mkdir(at('real'));
    await writeFile(at('real', 'file'), 'before');
    await symlink('real', at('folder'));
    await symlink(join('folder', 'file'), at('link'));
    await symlink('link', at('link to it'));
    await symlink(join('real', 'new', 'file'), at('dangling'));
    await writeFileWhole(at('link to it'), 'after');
    await writeFileWhole(at('dangling'), 'made');
    expect(await readFile(at('real', 'file'), 'utf8')).toBe('after');
    expect(await readFile(at('real', 'new', 'file'), 'utf8')).toBe('made');
    expect(await readlink(at('link to it'))).toBe('link');
    expect(await readlink(at('link'))).toBe(join('folder', 'file'));
    expect(await readdir(at('real'))).toEqual(['file', 'new']);
    expect((await readdir(folder.path)).toSorted()).toEqual(['dangling', 'folder', 'link', 'link to it', 'real']);
  });

  it.each([
    { what: 'a folder', link: false },
    { what: 'a link to a folder', link: true },
  ])('refuses $what', async ({ link }) => {
    await using folder = await temporaryFolder();
    const path = join(folder.path, 'out');
    if (link) await mkdir(join(folder.path, 'real'));
    await (link ? symlink('real', path) : mkdir(path));
    const message = `Cannot write ${path}: it is a folder; name a file.`;
    await expect(writeFileWhole(path, '')).rejects.toMatchObject({ message, cause: { code: 'EISDIR' } });
    expect(await readdir(folder.path)).toEqual(link ? ['out', 'real'] : ['out']);
  });

  it('refuses links that go round', async () => {
    await using folder = await temporaryFolder();
    const path = join(folder.path, 'a');
    await symlink('b', path);
    await symlink('a', join(folder.path, 'b'));
    await expect(writeFileWhole(path, '')).rejects.toThrow(`Cannot write ${path}: ELOOP`);
  });

  it.runIf(isLinux)('names the file and its folder, and not the temporary file', async () => {
    // Nobody, not even root, may make a file there.
    const [path, folder] = ['/proc/self/it.json', '/proc/self'];
    const failure = writeFileWhole(path, '');
    await expect(failure).rejects.toThrow(
      new RegExp(
        `^Cannot write ${path}: E\\w+: [\\w ]+\\. Check the permissions of the folder ${folder} and the free space\\.$`,
        'u',
      ),
    );
  });

  it.runIf(process.platform !== 'win32').each(['pipe', 'link'])(
    'writes to a named pipe as it is, by its %s',
    async (name) => {
      await using folder = await temporaryFolder();
      const path = join(folder.path, 'pipe');
      execFileSync('mkfifo', [path]);
      await symlink('pipe', join(folder.path, 'link'));
      const reading = readFile(path, 'utf8');
      await writeFileWhole(join(folder.path, name), 'text');
      expect(await reading).toBe('text');
      expect((await lstat(path)).isFIFO()).toBe(true);
      expect((await lstat(join(folder.path, 'link'))).isSymbolicLink()).toBe(true);
      expect(await readdir(folder.path)).toEqual(['link', 'pipe']);
    },
  );

  it.runIf(isLinux)('adds to a file that is open under the name of a stream', async () => {
    await using folder = await temporaryFolder();
    const path = join(folder.path, 'stdout');
    await using file = await open(path, 'a');
    await file.writeFile('before, ');
    await symlink(`/proc/self/fd/${file.fd}`, join(folder.path, 'link'));
    await writeFileWhole(join(folder.path, 'link'), 'after');
    await file.writeFile(', and on');
    expect(await readFile(path, 'utf8')).toBe('before, after, and on');
  });
});
