import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readdir, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { claimFolder, whileClaimed } from '../../src/io/claim-folder.ts';
import { exportDataset } from '../../src/pipelines/export-dataset.ts';
import { indexItems } from '../../src/pipelines/index-items.ts';
import { matchDataset } from '../../src/pipelines/match-dataset.ts';
import { removeItems } from '../../src/pipelines/remove-items.ts';
import { synthShop } from '../../src/pipelines/synth-shop.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';
import { tinyModels } from '../helpers/tiny-models.ts';

const built = fileURLToPath(new URL('../../dist/src/io/claim-folder.js', import.meta.url));
const program = `import { claimFolder } from ${JSON.stringify(built)};
await claimFolder(process.argv[1]);
process.stdout.write('held');
setInterval(() => undefined, 1000);`;

describe('claimFolder', () => {
  it('gives a folder to one writer at a time, by whatever name, and writes nothing into it', async () => {
    await using folder = await temporaryFolder();
    const [out, name, other] = ['out', 'name', 'other'].map((one) => join(folder.path, one));
    await mkdir(out!);
    await symlink(out!, name!);
    const first = await claimFolder(out!);
    for (const path of [out!, name!]) {
      await expect(claimFolder(path)).rejects.toMatchObject({
        code: 'file-unwritable',
        path,
        message: `Another run (process ${process.pid}) is writing to ${path}; wait until it ends, or choose another folder`,
      });
    }
    await using elsewhere = await claimFolder(other!);
    expect(elsewhere).toBeDefined();
    await first[Symbol.asyncDispose]();
    await first[Symbol.asyncDispose](); // Once more does no harm.
    await using again = await claimFolder(name!);
    expect(again).toBeDefined();
    expect(await readdir(out!)).toEqual([]);
  });

  it('knows a folder that is made meanwhile, below a link', async () => {
    await using folder = await temporaryFolder();
    const [real, link] = [join(folder.path, 'real'), join(folder.path, 'link')];
    await mkdir(real);
    await symlink(real, link);
    await using claim = await claimFolder(join(link, 'new', 'out'));
    await mkdir(join(real, 'new', 'out'), { recursive: true });
    for (const path of [join(link, 'new', 'out'), join(real, 'new', 'out')])
      await expect(claimFolder(path)).rejects.toThrow('Another run');
    expect(claim).toBeDefined();
  });

  it.runIf(process.platform !== 'win32')(
    'waits neither for a holder that is stopped nor for one that asks and is stopped',
    async () => {
      await using folder = await temporaryFolder();
      const child = spawn(process.execPath, ['--input-type=module', '-e', program, folder.path], {
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      await once(child.stdout, 'data');
      child.kill('SIGSTOP');
      await expect(claimFolder(folder.path)).rejects.toThrow('Another run is writing to');
      child.kill('SIGKILL');
      await once(child, 'exit');
    },
  );

  it('takes a folder over from a process that was killed', async () => {
    await using folder = await temporaryFolder();
    const child = spawn(process.execPath, ['--input-type=module', '-e', program, folder.path], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    await once(child.stdout, 'data');
    await expect(claimFolder(folder.path)).rejects.toThrow(`process ${child.pid}`);
    child.kill('SIGKILL');
    await once(child, 'exit');
    await using mine = await claimFolder(folder.path);
    expect(mine).toBeDefined();
  });

  it('is held while work goes on, by whoever does it, and given back however that ends', async () => {
    await using folder = await temporaryFolder();
    const [a, b] = [join(folder.path, 'a'), join(folder.path, 'b')];
    const inner = whileClaimed([a, b, join(folder.path, 'b', '..', 'a')], async () => {
      for (const path of [a, b]) await expect(claimFolder(path)).rejects.toThrow('is writing to');
      throw new Error('enough');
    });
    await expect(inner).rejects.toThrow('enough');
    expect(await whileClaimed([a, b], () => Promise.resolve(5))).toBe(5);
    const other = await claimFolder(b);
    await expect(whileClaimed([a, b], () => expect.unreachable())).rejects.toThrow(`is writing to ${b}`);
    await other[Symbol.asyncDispose]();
    expect(await whileClaimed([a, b], () => Promise.resolve(6))).toBe(6);
  });

  it.each<{ what: string; run: (folder: string, shop: string) => Promise<unknown> }>([
    { what: 'a match', run: (out, root) => matchDataset({ root, out, models: tinyModels, device: 'cpu' }) },
    { what: 'an index', run: (index, root) => indexItems({ root, index, mode: 'create', models: tinyModels }) },
    { what: 'a removal', run: (index) => removeItems(index, ['1']) },
    { what: 'an export', run: (coco, root) => exportDataset({ roots: [root], coco }) },
    { what: 'an export', run: (crops, root) => exportDataset({ roots: [root], crops }) },
    { what: 'a shop that is made', run: (out) => synthShop({ out, items: 1, seed: 1, stills: true }) },
    { what: 'garments that are made', run: (out) => synthShop({ out, items: 1, seed: 1, cutouts: true }) },
  ])('is asked for by $what', async ({ run }) => {
    await using folder = await temporaryFolder();
    const out = join(folder.path, 'out');
    await using claim = await claimFolder(out);
    await expect(run(out, folder.path)).rejects.toThrow('Another run');
    expect(claim).toBeDefined();
  });
});
