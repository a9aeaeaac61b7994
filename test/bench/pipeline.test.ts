import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Comparison, type LeftOut, type PipelineResults } from '../../bench/harness/results.ts';
import { type Contender, runPipeline } from '../../bench/scenarios/pipeline.ts';
import { pipelineScenario } from '../../bench/scenarios/pipeline-scenario.ts';
import { compactModels, shopFixture } from '../../src/pipelines/package-folder.ts';
import { runBench } from '../helpers/run-bench.ts';
import { defaultsOf } from '../helpers/run-scenario.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';
import { tinyModels } from '../helpers/tiny-models.ts';
import { writeTinyShop } from '../helpers/tiny-shop.ts';

const leftOut = { title: 'the usual script', leftOut: expect.stringContaining('no-such-python') };

describe('the pipeline scenario', { timeout: 120_000, skip: process.platform === 'win32' }, () => {
  let folder: Awaited<ReturnType<typeof temporaryFolder>> | undefined;
  let root = '';
  beforeAll(async () => {
    folder = await temporaryFolder();
    root = join(folder.path, 'shop');
    await writeTinyShop(root);
  });
  afterAll(() => folder?.[Symbol.asyncDispose]());

  /** One pair on a shop of two clips, that of the first run. */
  function compare(contender: Contender): Promise<Comparison | LeftOut> {
    const quick = { runs: 1, countFirst: true, command: 'a command', say: () => undefined };
    return runPipeline(contender, { root, models: tinyModels, frames: '0:2:1', python: 'no-such-python', ...quick });
  }

  it('finds the answers of the seed’s dataflow to be the same bytes', async () => {
    expect(await compare('seed')).toMatchObject({
      title: 'the seed’s dataflow',
      ratio: 'the seed’s dataflow / match',
      agreement: 'the same bytes',
      command: 'a command',
      data: 'shop: 2 clips, 2 pictures of 2 items, models tiny',
      wallRatio: { n: 1 },
      cpuRatio: { n: 1 },
      pairs: [{ match: { wallSeconds: expect.any(Number) }, other: { wallSeconds: expect.any(Number) } }],
    });
  });

  it('feeds the floor what the models of a run were fed', async () => {
    expect(await compare('floor')).toMatchObject({
      ratio: 'match / the floor',
      agreement: 'batches of a run with the same bytes',
      wallRatio: { n: 1 },
      parts: { 'its models': { wallSeconds: { n: 1 } } },
      notes: { batches: expect.any(Number), features: expect.any(Number), boxes: expect.any(Number) },
    });
  });

  it('finds the items of compact in compact-int8', async () => {
    const quick = { runs: 1, countFirst: true, clips: 2, command: 'a command', say: () => undefined };
    const compact = { root: shopFixture, models: compactModels, frames: '80:380:20', python: 'no-such-python' };
    expect(await runPipeline('int8', { ...compact, ...quick })).toMatchObject({
      ratio: 'match / match with compact-int8',
      agreement: expect.stringMatching(/^the same items for [12] clips$/u),
    });
    expect(await compare('int8')).toMatchObject({ leftOut: expect.stringContaining(tinyModels) });
  });

  it('says that the script was left out where there is no Python for it', async () => {
    const script = ['--against', 'script', '--python', 'no-such-python'];
    const { comparisons }: PipelineResults = await runBench('pipeline', '--root', root, ...script);
    expect(comparisons).toEqual({ script: leftOut });
  });

  it('keeps the comparisons that it does not make anew, in their order', async () => {
    const floor: LeftOut = { title: 'the floor', leftOut: 'it was too low' };
    const written: PipelineResults[] = [];
    await pipelineScenario.run({
      values: { ...defaultsOf(pipelineScenario), root, against: 'script', python: 'no-such-python' },
      read: () => Promise.resolve({ scenario: 'pipeline', what: '', comparisons: { floor } }),
      write: (results) => Promise.resolve(void written.push(results)),
      say: () => undefined,
    });
    expect(Object.entries(written[0]!.comparisons)).toEqual([
      ['script', leftOut],
      ['floor', floor],
    ]);
  });
});
