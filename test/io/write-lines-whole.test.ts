import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { removeTemporaries } from '../../src/io/write-file-whole.ts';
import { writeLinesWhole } from '../../src/io/write-lines-whole.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';

async function* lines(count: number, error?: Error): AsyncGenerator<string> {
  for (let place = 0; place < count; place += 1) yield `line ${place} äöü 裙\n`;
  if (error) throw error;
}

async function textOf(count: number): Promise<string> {
  let text = '';
  for await (const line of lines(count)) text += line;
  return text;
}

describe('writeLinesWhole', () => {
  it.each([0, 1, 3, 20_000])('writes %i lines in their order', async (count) => {
    await using folder = await temporaryFolder();
    const path = join(folder.path, 'sub', 'lines.txt');
    await writeLinesWhole(path, lines(count));
    expect(await readFile(path, 'utf8')).toBe(await textOf(count));
  });

  it('leaves what was there when a line cannot be had, and passes the error on as it is', async () => {
    await using folder = await temporaryFolder();
    const path = join(folder.path, 'lines.txt');
    await writeFile(path, 'before');
    const reason = new Error('enough');
    await expect(writeLinesWhole(path, lines(20_000, reason))).rejects.toBe(reason);
    expect(await readdir(folder.path)).toEqual(['lines.txt']);
    expect(await readFile(path, 'utf8')).toBe('before');
  });

  it('says that a file cannot be written', async () => {
    await using folder = await temporaryFolder();
    const path = join(folder.path, 'lines.txt');
    await mkdir(path); // A folder is in the way.
    const message = `Cannot write ${path}: it is a folder; name a file.`;
    const failure = { code: 'file-unwritable', path, message, cause: { code: 'EISDIR' } };
    await expect(writeLinesWhole(path, lines(3))).rejects.toMatchObject(failure);
    expect(await readdir(folder.path)).toEqual(['lines.txt']);
  });
});

describe('removeTemporaries', () => {
  it('removes what a killed writer left, and nothing else', async () => {
    await using folder = await temporaryFolder();
    await mkdir(join(folder.path, 'sub'));
    const names = ['.12-3.tmp', '.12-ab9c.tmp', 'a.tmp', '.x.tmp', 'sub/.12-4.tmp', 'sub/.12-4.json'];
    for (const name of names) await writeFile(join(folder.path, name), '');
    await removeTemporaries(folder.path);
    expect((await readdir(folder.path)).toSorted()).toEqual(['.x.tmp', 'a.tmp', 'sub']);
    expect(await readdir(join(folder.path, 'sub'))).toHaveLength(2);
    await removeTemporaries(folder.path, { recursive: true });
    expect(await readdir(join(folder.path, 'sub'))).toEqual(['.12-4.json']);
    await removeTemporaries(join(folder.path, 'none'));
  });
});
