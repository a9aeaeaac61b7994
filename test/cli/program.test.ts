import { execFile } from 'node:child_process';
import { access, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runVitrine } from '../helpers/run-vitrine.ts';
import { tinyModels } from '../helpers/tiny-models.ts';
import { writeTinyShop } from '../helpers/tiny-shop.ts';

/** Packages that take a tenth of a second of CPU or so each. */
const slowToLoad = ['sharp', 'rxjs', 'fluent-ffmpeg'];

const built = (path: string): string => new URL(`../../dist/src/${path}`, import.meta.url).href;

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'vitrine-program-'));
  await writeTinyShop(join(folder, 'shop'));
}, 60_000);
afterAll(async () => {
  await rm(folder, { recursive: true });
});

const match = [
  'match',
  'shop',
  '--models',
  tinyModels,
  '--device',
  'cpu',
  '--lanes',
  '1',
  '--frames',
  '0:2:1',
] as const;

// The built program in a process of its own; what it says is tested in commands.test.ts.
describe('the program', { timeout: 120_000 }, () => {
  it('answers with exit codes and ends by itself', async () => {
    const { exitCode, stdout } = await runVitrine([...match, '--out', 'run', '--json'], { cwd: folder });
    expect(exitCode).toBe(0);
    expect(JSON.parse(stdout)).toEqual(JSON.parse(await readFile(join(folder, 'run/run.json'), 'utf8')));
    expect(await runVitrine(['mtch'])).toEqual({
      exitCode: 2,
      stdout: '',
      stderr: 'vitrine: Unknown command mtch. Did you mean match?\n',
    });
  });

  it('asks glibc to give memory back', async () => {
    const says = 'data:text/javascript,console.log(process.env.MALLOC_MMAP_THRESHOLD_)';
    const { stdout } = await runVitrine(['--version'], { env: { NODE_OPTIONS: `--import=${says}` } });
    expect(stdout).toMatch(/^131072\n\d/u);
  });

  it('loads nothing that computes before it knows which command to run', async () => {
    // CommonJS packages, which all that are slow to load are, leave a trace.
    const script = `
      import { createRequire } from 'node:module';
      const { cache } = createRequire(${JSON.stringify(built('cli/main.js'))});
      const loaded = () => ${JSON.stringify(slowToLoad)}.filter((name) =>
        Object.keys(cache).some((path) => path.includes('/node_modules/' + name + '/')));
      await import(${JSON.stringify(built('cli/main.js'))});
      const atFirst = loaded();
      await import(${JSON.stringify(built('pipelines/match-dataset.js'))});
      console.log(JSON.stringify([atFirst, loaded()]));`;
    const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '--eval', script]);
    expect(JSON.parse(stdout)).toEqual([[], slowToLoad]);
  });

  it('stops at the first Ctrl-C with exit code 130 and leaves no result', async () => {
    let isSent = false;
    const { exitCode, stderr } = await runVitrine([...match, '--out', 'stopped'], {
      cwd: folder,
      onStderr: (text, kill) => {
        if (isSent || !text.includes('inputs')) return;
        isSent = true;
        kill('SIGINT');
      },
    });
    expect(exitCode).toBe(130);
    expect(stderr).toContain('vitrine: stopping; once more stops at once\n');
    await expect(access(join(folder, 'stopped/result.json'))).rejects.toThrow('ENOENT');
  });
});
