import { describe, expect, it } from 'vitest';
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { comparisonTable, judge } from '../../bench/harness/compare-checkouts.ts';
import { type Cost } from '../../bench/harness/spread.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';
import { tinyModels } from '../helpers/tiny-models.ts';
import { writeTinyShop } from '../helpers/tiny-shop.ts';

const program = fileURLToPath(new URL('../../dist/bench/main.js', import.meta.url));
const bench = (...args: readonly string[]): Promise<{ stdout: string }> =>
  promisify(execFile)(process.execPath, [program, ...args]);

function pairsOf(ratios: readonly number[]): { here: Cost; there: Cost }[] {
  const there: Cost = { wallSeconds: 4, cpuSeconds: 2 };
  return ratios.map((ratio) => ({ here: { wallSeconds: 4 * ratio, cpuSeconds: 2 }, there }));
}

describe('judge', () => {
  it.each([
    { what: 'all slower', ratios: [1.25, 1.5, 1.75], moved: ['wall'] },
    { what: 'all faster', ratios: [0.25, 0.5, 0.75], moved: ['wall'] },
    { what: 'one slower', ratios: [0.5, 1, 2], moved: [] },
    { what: 'nothing', ratios: [1, 1, 1], moved: [] },
  ])('finds $moved to have moved with $what', ({ ratios, moved }) => {
    expect(judge(pairsOf(ratios))).toMatchObject({ moved, cpuRatio: { median: 1 } });
  });
});

describe('--compare', { timeout: 120_000, skip: process.platform === 'win32' }, () => {
  it('runs another state of the project in turn with this one, and leaves no worktree', async () => {
    await using folder = await temporaryFolder();
    const root = join(folder.path, 'shop');
    await writeTinyShop(root);
    const data = ['--root', root, '--models', tinyModels, '--frames', '0:2:1', '--clips', '1', '--runs', '1'];
    const { stdout } = await bench('pipeline', ...data, '--compare', 'HEAD', '--results', folder.path);
    const written = JSON.parse(await readFile(join(folder.path, 'compare-pipeline.json'), 'utf8'));
    expect(written).toMatchObject({ agreement: 'the same bytes', wallRatio: { n: 1 }, cpuRatio: { n: 1 } });
    expect(written.command).toMatch(/ --clips 1 --compare HEAD$/u);
    expect(written.commit).toMatch(new RegExp(`^${written.there}`, 'u'));
    expect(stdout).toBe(comparisonTable(written));
    expect(stdout).toContain('| time | ratio | n | moved |');
    const { stdout: worktrees } = await promisify(execFile)('git', ['worktree', 'list']);
    expect(worktrees).not.toContain('vitrine-compare-');
  });

  it('names what git does not know', async () => {
    await expect(bench('pipeline', '--compare', 'no-such-branch')).rejects.toThrow(
      /--compare to be a branch, tag or commit, got no-such-branch/u,
    );
  });

  it('refuses a scenario that has nothing to compare', async () => {
    await expect(bench('flow', '--compare', 'HEAD')).rejects.toThrow(/got flow, which cannot be compared/u);
  });
});
