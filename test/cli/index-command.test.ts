import { mkdtemp, rm, truncate } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isLanceInstalled, onlyWithLance } from '../helpers/lance-installed.ts';
import { runMain } from '../helpers/run-main.ts';
import { runVitrine } from '../helpers/run-vitrine.ts';
import { tinyModels } from '../helpers/tiny-models.ts';
import { writeTinyShop } from '../helpers/tiny-shop.ts';

let folder = '';
let shop = '';
let index = '';
const onTiny = ['--models', tinyModels, '--device', 'cpu', '--lanes', '1'] as const;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'vitrine-index-'));
  shop = join(folder, 'shop');
  index = join(folder, 'shop.vitrine');
  await writeTinyShop(shop);
}, 60_000);
afterAll(async () => {
  await rm(folder, { recursive: true });
});

describe('index', { timeout: 60_000 }, () => {
  it('makes an index, adds to it, tells what it holds and takes out', async () => {
    const made = await runMain('index', shop, '--out', index, ...onTiny);
    expect({ exitCode: made.exitCode, stdout: made.stdout }).toEqual({ exitCode: 0, stdout: '' });
    expect(made.stderr).toMatch(/^\d+%, \d\/2 inputs/u);
    expect(made.stderr).toContain(
      'models tiny on cpu, 1 lane\n2 items: 2 added, 0 replaced, 0 unchanged, 0 failed\n2 pictures: 2 done, 0 skipped, 0 failed; 0 without a box, 2 boxes\n',
    );
    expect(made.stderr).toMatch(/shop\.vitrine holds 2 items with 2 boxes\n$/u);

    const again = await runMain('index', shop, '--out', index, ...onTiny, '--quiet');
    expect(again).toMatchObject({ exitCode: 2, stdout: '' });
    expect(again.stderr).toMatch(/^vitrine: There is an item index at [^\n]+\n$/u);

    const added = await runMain('index', 'add', shop, '--index', index, ...onTiny, '--json', '--quiet');
    expect({ exitCode: added.exitCode, stderr: added.stderr }).toEqual({ exitCode: 0, stderr: '' });
    expect(JSON.parse(added.stdout)).toMatchObject({ mode: 'add', items: { unchanged: 2 }, inputs: { skipped: 2 } });
    const replaced = await runMain('index', 'add', shop, '--index', index, ...onTiny, '--replace');
    expect(replaced.stderr).toContain('2 items: 0 added, 2 replaced, 0 unchanged, 0 failed\n');
    expect(replaced.stderr).toMatch(/holds 2 items with 2 boxes, and 2 that were replaced or removed\n$/u);

    const removed = await runMain('index', 'remove', '001', 'nope', '--index', index);
    expect(removed).toMatchObject({ exitCode: 3, stdout: '' });
    expect(removed.stderr).toMatch(/^1 item removed\nnot in the index: nope\n.*holds 1 item with 1 box, and 3 that/u);
    const info = await runMain('index', 'info', index);
    expect(info).toMatchObject({ exitCode: 0, stderr: '' });
    expect(info.stdout).toMatch(
      /^models {4}tiny, fingerprint [0-9a-f]{64}\nfeatures {2}2048 numbers, 1 MB in 1 shard\nitems {5}1\n/u,
    );
    expect(JSON.parse((await runMain('index', 'info', index, '--json')).stdout)).toMatchObject({ items: 1, boxes: 1 });
  });

  it('finishes with exit code 3 when a picture cannot be read, and says which', async () => {
    const broken = join(folder, 'broken');
    await writeTinyShop(broken);
    await truncate(join(broken, 'image/001/0.png'), 40);
    const { exitCode, stderr } = await runMain('index', broken, '--out', join(folder, 'broken.vitrine'), ...onTiny);
    expect(exitCode).toBe(3);
    expect(stderr).toMatch(/\n {2}failed image\/001\/0\.png: Cannot read the picture .*\n$/u);
  });

  it.each([
    { what: 'no argument', args: ['--out', 'x'], says: 'Missing argument: vitrine index <what..>' },
    { what: 'no --out', args: ['shop'], says: 'Missing --out: vitrine index <root> --out <index>' },
    { what: 'no --index', args: ['add', 'shop'], says: 'Missing --index: vitrine index add <root> --index <index>' },
    { what: 'no root to add', args: ['add', '--index', 'x'], says: 'Missing argument: vitrine index add <root>' },
    {
      what: 'two roots',
      args: ['a', 'b', '--out', 'x'],
      says: 'Unknown form of index: a; known are add, remove, info',
    },
    {
      what: 'a mistyped form',
      args: ['ad', 's', '--index', 'x'],
      says: 'Unknown form of index: ad. Did you mean add?',
    },
    { what: 'no id', args: ['remove', '--index', 'x'], says: 'Missing argument: vitrine index remove <id..>' },
    { what: 'no index to tell of', args: ['info'], says: 'Missing argument: vitrine index info <index>' },
    {
      what: '--out where nothing is made',
      args: ['add', 's', '--index', 'x', '--out', 'y'],
      says: '--out is of no use here',
    },
    { what: '--replace where all is new', args: ['s', '--out', 'x', '--replace'], says: '--replace is of no use here' },
    {
      what: '--replace with remove',
      args: ['remove', '1', '--index', 'x', '--replace'],
      says: '--replace is of no use',
    },
    { what: '--index with info', args: ['info', 'x', '--index', 'x'], says: '--index is of no use here' },
    {
      what: 'a root that is missing',
      args: ['nowhere', '--out', 'x'],
      says: 'nowhere does not exist; expected a folder',
    },
    { what: 'no index to link', args: ['approximate'], says: 'Missing argument: vitrine index approximate <index>' },
    { what: '--out with approximate', args: ['approximate', 'x', '--out', 'y'], says: '--out is of no use here' },
    { what: '--effort with info', args: ['info', 'x', '--effort', '50'], says: '--effort is of no use here' },
    { what: 'an effort of none', args: ['approximate', 'x', '--effort', '0'], says: 'Expected `--effort` to be an' },
    { what: 'an index that is missing', args: ['info', 'nowhere'], says: 'No item index at nowhere' },
    {
      what: 'a shop in place of its index',
      args: ['info', 'fixtures/shop/'],
      says: '`vitrine index fixtures/shop --out fixtures/shop.vitrine` makes one.',
    },
    { what: 'an index that is missing', args: ['remove', '1', '--index', 'nowhere'], says: 'No item index at nowhere' },
  ])('refuses $what in one line with exit code 2', async ({ args, says }) => {
    const { exitCode, stdout, stderr } = await runMain('index', ...args);
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' });
    expect(stderr).toMatch(/^vitrine: [^\n]*\n$/u);
    expect(stderr).toContain(says);
  });

  it('stops at the first Ctrl-C with exit code 130', async () => {
    let isSent = false;
    const { exitCode, stderr } = await runVitrine(['index', shop, '--out', join(folder, 'cut'), ...onTiny], {
      onStderr: (text, kill) => {
        if (isSent || !text.includes('inputs')) return;
        isSent = true;
        kill('SIGINT');
      },
    });
    expect(exitCode).toBe(130);
    expect(stderr).toContain('vitrine: stopping; once more stops at once\n');
  });

  it.skipIf(!isLanceInstalled)(
    `links the boxes for approximate search and says what it finds${onlyWithLance}`,
    async () => {
      const linked = join(folder, 'linked');
      await runMain('index', shop, '--out', linked, ...onTiny, '--quiet');
      const { exitCode, stdout, stderr } = await runMain('index', 'approximate', linked, '--effort', '100');
      expect({ exitCode, stdout }).toEqual({ exitCode: 0, stdout: '' });
      expect(stderr).toMatch(
        /^linking the boxes \.\.\.\nmeasuring \.\.\.\n2 boxes linked in .*, effort 100\nrecall@10 1\.0000 against exact search: 2 boxes of the index asked/u,
      );
      expect(stderr).toContain(`use it: vitrine watch --approximate --index ${linked}\n`);
      const info = await runMain('index', 'info', linked);
      expect(info.stdout).toContain('\napproximate  2 boxes, recall@10 1.0000 when made\n');
      const again = await runMain('index', 'approximate', linked, '--json', '--quiet');
      expect(JSON.parse(again.stdout)).toMatchObject({ boxes: 2, measured: { queries: 2, recall: 1 } });
      expect(again.stderr).toBe('');
    },
  );

  it.skipIf(isLanceInstalled)('says what to install for approximate search', async () => {
    const { exitCode, stderr } = await runMain('index', 'approximate', index);
    expect(exitCode).toBe(1);
    expect(stderr).toContain('vitrine: An approximate index needs LanceDB');
    expect(stderr).toContain('npm install @lancedb/lancedb@0.37.1');
  });

  it.each(['add', 'remove', 'info', 'approximate'])('shows its help after %s too', async (verb) => {
    const { exitCode, stdout } = await runVitrine(['index', verb, '--help']);
    expect(exitCode).toBe(0);
    expect(stdout).toContain('vitrine index add new-items --index shop.vitrine');
  });
});
