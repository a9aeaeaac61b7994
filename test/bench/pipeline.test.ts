import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { type PipelineResults } from '../../bench/harness/results.ts';
import { tinyModels } from '../helpers/tiny-models.ts';
import { writeTinyShop } from '../helpers/tiny-shop.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';

const program = fileURLToPath(new URL('../../dist/bench/main.js', import.meta.url));

/** Runs the built scenario on a shop of two clips. */
async function bench(python: string): Promise<PipelineResults['comparisons']> {
  await using folder = await temporaryFolder();
  const root = join(folder.path, 'shop');
  await writeTinyShop(root);
  const data = ['--root', root, '--models', tinyModels, '--frames', '0:2:1', '--results', folder.path];
  await promisify(execFile)(process.execPath, [program, 'pipeline', ...data, '--runs', '1', '--python', python]);
  const results: PipelineResults = JSON.parse(await readFile(join(folder.path, 'pipeline.json'), 'utf8'));
  return results.comparisons;
}

describe('the pipeline scenario', { timeout: 120_000, skip: process.platform === 'win32' }, () => {
  let found: PipelineResults['comparisons'] = {};
  beforeAll(async () => {
    found = await bench('no-such-python');
  }, 120_000);

  it('finds the answers of the seed’s dataflow to be the same bytes', () => {
    expect(found['seed']).toMatchObject({ agreement: 'the same bytes', wallRatio: { n: 1 }, cpuRatio: { n: 1 } });
  });

  it('feeds the floor what the models of a run were fed', () => {
    expect(found['floor']).toMatchObject({
      agreement: 'batches of a run with the same bytes',
      notes: { features: expect.any(Number), boxes: expect.any(Number) },
    });
  });

  it('says that the script was left out where there is no Python for it', () => {
    expect(found['script']).toEqual({ title: 'the usual script', leftOut: expect.stringContaining('no-such-python') });
  });
});
