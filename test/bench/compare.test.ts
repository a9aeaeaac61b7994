import { describe, expect, it } from 'vitest';
import { execFile } from 'node:child_process';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { compareWith } from '../../bench/harness/compare-with.ts';
import { comparisonTable, judge } from '../../bench/harness/compare-checkouts.ts';
import { openCheckout } from '../../bench/harness/open-checkout.ts';
import { type OptionValues } from '../../bench/harness/scenario.ts';
import { type Cost } from '../../bench/harness/spread.ts';
import { allScenarios } from '../../bench/scenarios/all-scenarios.ts';
import { flowContests } from '../../bench/scenarios/flow-contests.ts';
import { UsageError } from '../../src/cli/usage-error.ts';
import { shopFixture } from '../../src/pipelines/package-folder.ts';
import { defaultsOf } from '../helpers/run-scenario.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';
import { tinyModels } from '../helpers/tiny-models.ts';
import { writeTinyShop } from '../helpers/tiny-shop.ts';

const dist = fileURLToPath(new URL('../../dist', import.meta.url));
const program = join(dist, 'bench/main.js');
const bench = (args: readonly string[], temporary = tmpdir()): Promise<{ stdout: string }> =>
  promisify(execFile)(process.execPath, [program, ...args], { env: { ...process.env, TMPDIR: temporary } });

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
    const temporary = join(folder.path, 'temporary');
    await mkdir(temporary);
    const { stdout } = await bench(['pipeline', ...data, '--compare', 'HEAD', '--results', folder.path], temporary);
    const written = JSON.parse(await readFile(join(folder.path, 'compare-pipeline.json'), 'utf8'));
    expect(written).toMatchObject({ agreement: 'the same bytes', wallRatio: { n: 1 }, cpuRatio: { n: 1 } });
    expect(written.command).toMatch(/ --clips 1 --compare HEAD$/u);
    expect(written.commit).toMatch(new RegExp(`^${written.there}`, 'u'));
    expect(stdout).toBe(comparisonTable(written));
    expect(stdout).toContain('| time | ratio | n | moved |');
    const { stdout: worktrees } = await promisify(execFile)('git', ['worktree', 'list']);
    expect(worktrees).not.toContain(basename(folder.path));
    expect((await readdir(temporary)).filter((name) => name.startsWith('vitrine-'))).toEqual([]);
  });

  it('names what git does not know', async () => {
    await expect(bench(['pipeline', '--compare', 'no-such-branch'])).rejects.toThrow(
      /--compare to be a branch, tag or commit, got no-such-branch/u,
    );
  });

  it('names a program that the other state has not, before it is built', async () => {
    const opened = openCheckout('HEAD', 'bench/programs/no-such.ts');
    await expect(opened).rejects.toThrow(UsageError);
    await expect(opened).rejects.toThrow(
      'to be a commit that has bench/programs/no-such.ts, which is run of both, got HEAD',
    );
  });
});

interface Tried {
  readonly name: string;
  readonly given: OptionValues;
  readonly data: string;
  readonly agreement: string | RegExp;
}

const tried: readonly Tried[] = [
  {
    name: 'search',
    given: { sizes: '3x40,5x50' },
    data: '3 queries and a gallery of 40 rows of 2048 float32',
    agreement: 'the same 3 rows',
  },
  {
    name: 'scale',
    given: { clips: '3,4', frames: '0:2:1', models: tinyModels },
    data: 'the items of shop and 3 of its clips, frames 0:2:1',
    agreement: 'the same bytes',
  },
  {
    name: 'shapes',
    given: { models: tinyModels, batches: '1,2', steady: '1' },
    data: 'models tiny, batches of 1, 2, on cpu',
    agreement: /^the same outputs of [2-9] models$/u,
  },
  {
    name: 'decode',
    given: { frames: '5:25:10', length: '30', sizes: '48x64', gops: '1,12', root: shopFixture },
    data: 'the first clip of shop, encoded anew as 48x64 with GOP 1,12, frames 5:25:10 of 30',
    agreement: 'the same pixels of 2 clips',
  },
  {
    name: 'flow',
    given: { items: '50' },
    data: '50 numbers',
    agreement: `the same counts of ${Object.keys(flowContests).length} operators`,
  },
];

describe('compareWith', { timeout: 60_000, skip: process.platform === 'win32' }, () => {
  /** A scenario, with the folder `built` in place of another state of the project. */
  async function compare({ name, given }: Pick<Tried, 'name' | 'given'>, built: string) {
    await using folder = await temporaryFolder();
    const root = join(folder.path, 'shop');
    await writeTinyShop(root);
    const scenario = allScenarios[name]!;
    const sources: string[] = [];
    const open = (_: string, source: string) => {
      sources.push(source);
      return Promise.resolve({ commit: 'abcdef', built, [Symbol.asyncDispose]: () => Promise.resolve() });
    };
    const values = { ...defaultsOf(scenario), root, folder: folder.path, ...given, runs: '1' };
    const quick = { command: '', say: () => undefined, countFirst: true };
    const compared = await compareWith('other', { name, scenario, values, ...quick, open });
    expect(sources).toEqual([scenario.program(values).source]);
    return compared;
  }

  it.each(tried)('runs $name of both on the same', async ({ name, given, data, agreement }) => {
    const compared = await compare({ name, given }, dist);
    expect(compared).toMatchObject({ scenario: name, there: 'abcdef', data, wallRatio: { n: 1 }, cpuRatio: { n: 1 } });
    expect(compared.agreement).toMatch(agreement);
    expect(comparisonTable(compared)).toContain(`\`${name}\` at ${compared.commit} over abcdef, ${data}; answers: `);
  });

  it('says in place of an agreement what differs', async () => {
    await using folder = await temporaryFolder();
    const programs = join(folder.path, 'bench', 'programs');
    await mkdir(programs, { recursive: true });
    await writeFile(join(programs, 'run-flow.js'), `process.stdout.write('{"leased":49}');`);
    const compared = await compare({ name: 'flow', given: { items: '50' } }, folder.path);
    expect(compared.agreement).toMatch(/^other counts of .*leased/u);
  });

  it.each([
    {
      name: 'search',
      here: { rows: [0, 1, 2] },
      there: { rows: [0, 0, 0] },
      message: /program is wrong about query 1/u,
    },
    { name: 'shapes', here: { detector: 1 }, there: { detector: 2 }, message: /^other outputs of detector$/u },
    { name: 'decode', here: { clip: 1, more: 1 }, there: { clip: 1 }, message: /^other pixels of more$/u },
    { name: 'flow', here: { pull: 9 }, there: { pull: 9, leased: 9 }, message: /^other counts of leased$/u },
  ])('finds the answers of $name to be others', async ({ name, here, there, message }) => {
    await using folder = await temporaryFolder();
    const { given } = tried.find((one) => one.name === name)!;
    const values = { ...defaultsOf(allScenarios[name]!), folder: folder.path, ...given };
    const { agree } = await allScenarios[name]!.program(values).prepare(folder.path);
    const [ours, theirs] = [here, there].map((printed) => ({ stdout: JSON.stringify(printed), out: '' }));
    await expect(Promise.resolve({ ours: ours!, theirs: theirs! }).then(agree)).rejects.toThrow(message);
  });
});
