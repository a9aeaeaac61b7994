import { execFileSync } from 'node:child_process';
import { rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createBoxStore } from '../../src/io/create-box-store.ts';
import { openBoxes } from '../../src/io/open-boxes.ts';
import { galleryBox, queryBox } from '../helpers/boxes.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';

describe('openBoxes', () => {
  it.runIf(process.platform !== 'win32')('refuses what can be read once only, before it reads from it', async () => {
    await using folder = await temporaryFolder();
    const path = join(folder.path, 'pipe');
    execFileSync('mkfifo', [path]);
    await expect(openBoxes(path)).rejects.toMatchObject({
      code: 'options-invalid',
      path,
      message: `Boxes are read more than once, and ${path} is neither a file nor a folder: save them to a file first, and name that.`,
    });
  });

  it('follows a link to a file, which is read as often as asked', async () => {
    await using folder = await temporaryFolder();
    const box = { side: 'query', id: '1', img: '0', box: [0, 0, 1, 2], score: 0.9, feature: [0.6, 0.8] };
    await writeFile(join(folder.path, 'boxes.ndjson'), JSON.stringify(box));
    const link = join(folder.path, 'link');
    await symlink('boxes.ndjson', link);
    const boxes = await openBoxes(link);
    const lengths: number[] = [];
    for (const side of ['query', 'gallery', 'query'] as const) {
      for await (const block of boxes.boxes(side)) lengths.push(block.length);
    }
    expect(lengths).toEqual([1, 1]);
  });

  it.each(['query/1.json', 'gallery/v.json'])(
    'refuses a run that has lost %s, and takes its boxes/ as they are',
    async (lost) => {
      await using folder = await temporaryFolder();
      const at = (...names: readonly string[]): string => join(folder.path, ...names);
      const store = await createBoxStore(at('boxes'), { model: 'm', featureLength: 2 });
      await store.write({ side: 'query', id: '1' }, [queryBox({ id: '1' })]);
      await store.write({ side: 'query', id: 'empty' }, []);
      await store.write({ side: 'gallery', id: 'v' }, [galleryBox({ id: 'v' })]);
      await openBoxes(folder.path); // A run that did not end.
      await writeFile(at('run.json'), '{"format":1,"items":2,"clips":1,"matches":1}');
      await openBoxes(folder.path);
      await rm(at('boxes', lost));
      const has = lost.startsWith('query') ? '1 of 2 items and 1 of 1 clips' : '2 of 2 items and 0 of 1 clips';
      await expect(openBoxes(folder.path)).rejects.toMatchObject({
        code: 'store-invalid',
        message: `Box store: ${at('boxes')} has files for ${has} of ${at('run.json')}. Run \`vitrine match\` again, or name ${at('boxes')} to do with what is left.`,
      });
      expect(await openBoxes(at('boxes'))).toBeDefined();
    },
  );

  it('says what was expected where nothing is', async () => {
    await using folder = await temporaryFolder();
    const path = join(folder.path, 'none');
    await expect(openBoxes(path)).rejects.toMatchObject({ code: 'store-invalid', path, cause: { code: 'ENOENT' } });
  });
});
