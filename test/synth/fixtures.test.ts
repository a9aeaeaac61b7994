import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { fixtures } from '../../fixtures/index.ts';
import { openDataset } from '../../src/io/dataset.ts';
import { readTruth } from '../../src/io/read-truth.ts';
import { packageFolder, shopFixture } from '../../src/pipelines/package-folder.ts';

const root = join(packageFolder, 'fixtures');

describe('fixtures', () => {
  it('lists every folder with its provenance', async () => {
    const listed = fixtures.map(({ path }) => path);
    const folders = async (under: string): Promise<readonly string[]> =>
      (await readdir(join(root, under), { withFileTypes: true }))
        .filter((entry) => entry.isDirectory())
        .map(({ name }) => join(under, name));
    const found = [...(await folders('.')).filter((name) => name !== 'models'), ...(await folders('models'))];
    expect([...found].sort()).toEqual([...listed].sort());
  });

  it('says by which command scripts made them, and the scripts are there', async () => {
    const scripts = fixtures.flatMap(({ madeBy }) => /fixtures\/[\w-]+\.py/.exec(madeBy)?.[0] ?? []);
    expect(scripts.length).toBeGreaterThan(0);
    for (const script of scripts)
      expect((await readFile(join(packageFolder, script), 'utf8')).length).toBeGreaterThan(99);
  });
});

describe('the shop that comes with the package', () => {
  it('opens without a fault, with decoys on both sides', async () => {
    const dataset = await openDataset(shopFixture);
    const { truth, problems } = await readTruth(dataset);
    expect(problems).toEqual([]);
    expect([dataset.items.length, dataset.clips.length]).toEqual([15, 15]);
    const positive = dataset.clips.filter(({ id }) =>
      truth.clips.get(id)?.some(({ annotations }) => annotations.some(({ instanceId }) => instanceId > 0)),
    );
    expect(positive.length).toBe(12);
    const shown = dataset.items.filter(({ id }) =>
      [...(truth.items.get(id)?.values() ?? [])].flat().some(({ instanceId }) => instanceId > 0),
    );
    expect(shown.map(({ id }) => id)).toEqual(positive.map(({ id }) => id));
  });

  it('stays under 12 MB', async () => {
    const names = await readdir(shopFixture, { recursive: true });
    const sizes = await Promise.all(names.map(async (name) => (await stat(join(shopFixture, name))).size));
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThan(12e6);
  });
});
