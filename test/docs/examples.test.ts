import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { indexItems } from '../../src/pipelines/index-items.ts';
import { compactModels, shopFixture } from '../../src/pipelines/package-folder.ts';
import { writeTinyShop } from '../helpers/tiny-shop.ts';

const run = promisify(execFile);

/** An example as `npm run build` compiles it: it imports the built package by its name. */
function example(name: string): string {
  return fileURLToPath(new URL(`../../dist/docs/examples/${name}.js`, import.meta.url));
}

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'vitrine-examples-'));
  await writeTinyShop(join(folder, 'shop'));
}, 60_000);
afterAll(async () => {
  await rm(folder, { recursive: true });
});

describe('examples', { timeout: 120_000 }, () => {
  it('matches boxes in memory', async () => {
    const { stdout } = await run(process.execPath, [example('match-in-memory')]);
    expect(stdout).toMatch(/^monday, frame 80: red dress, picture \d \(distance 0\.\d{3}\)\n/);
    expect(stdout).toMatch(/\ntuesday, frame 100: blue jeans, picture 0 \(distance 0\.\d{3}\)\n$/);
  });

  it('matches a shop on the models of the package', async () => {
    const out = join(folder, 'out');
    const { stdout } = await run(process.execPath, [example('match-shop'), out, join(folder, 'shop')]);
    expect(stdout).toMatch(/^\d+ boxes and \d+ matches on cpu\nitem right in \d clips, final [01]\.\d{4}\n$/);
    const { inputs } = JSON.parse(await readFile(join(out, 'run.json'), 'utf8'));
    expect(inputs.total).toBe(4);
  });

  it('watches frames of an Observable', async () => {
    const index = join(folder, 'shop.vitrine');
    await indexItems({ root: shopFixture, index, models: compactModels, device: 'cpu', mode: 'create' });
    const picture = join(shopFixture, 'image', '000003', '0.jpg');
    const { stdout } = await run(process.execPath, [example('watch-frames'), index, picture]);
    expect(stdout).toMatch(
      /^000003 is on show, \d+% sure\n000003 was on show from 0 s to 1.8 s\n10 frames, 0 dropped\n$/,
    );
  });
});
