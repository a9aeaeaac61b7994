import { describe, expect, it } from 'vitest';
import { scaleRows } from '../../bench/scenarios/scale-rows.ts';
import { type ScaleRun } from '../../bench/scenarios/scale.ts';
import { type ScaleResults } from '../../bench/scenarios/scale-scenario.ts';
import { runBench } from '../helpers/run-bench.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';
import { tinyModels } from '../helpers/tiny-models.ts';
import { writeTinyShop } from '../helpers/tiny-shop.ts';

function run(clips: number, seconds: number, peakRssBytes: number): ScaleRun {
  const [wallSeconds, cpuSeconds] = [seconds, 2 * seconds];
  return { clips, wallSeconds, cpuSeconds, peakRssBytes, peakOpenFiles: 9, firstBoxesSeconds: 1, firstClipSeconds: 2 };
}

describe('scaleRows', () => {
  const [first, second, third] = scaleRows([
    [run(10, 20, 400), run(100, 110, 600), run(1000, 2090, 750)],
    [run(10, 30, 400), run(100, 210, 800), run(1000, 2010, 400)],
  ]);

  it('has what nothing is compared with in the first row', () => {
    expect(first).toMatchObject({ clips: 10, wallSeconds: { median: 25, n: 2 }, cpuSeconds: { median: 50, n: 2 } });
    expect(first).not.toHaveProperty('further');
    expect(first).not.toHaveProperty('ratios');
  });

  it('takes what both have out of the time of a further clip', () => {
    expect(second).toMatchObject({ further: { wallSeconds: { median: 1.5, quartiles: [1.25, 1.75], n: 2 } } });
    expect(third).toMatchObject({ further: { cpuSeconds: { median: 4.2, n: 2 } } });
  });

  it('divides by the row before in the same round', () => {
    const near = { median: expect.closeTo(1.6), quartiles: [expect.closeTo(1.3), expect.closeTo(1.9)], n: 2 };
    expect(second!.ratios).toEqual({ peakRssBytes: { median: 1.75, quartiles: [1.625, 1.875], n: 2 } });
    expect(third!.ratios).toEqual({
      peakRssBytes: { median: 0.875, quartiles: [0.6875, 1.0625], n: 2 },
      furtherWall: near,
      furtherCpu: near,
    });
  });
});

describe('the scale scenario', { timeout: 120_000, skip: process.platform !== 'linux' }, () => {
  it('watches match on shops of linked clips', async () => {
    await using folder = await temporaryFolder();
    await writeTinyShop(folder.path);
    const data = ['--root', folder.path, '--models', tinyModels, '--frames', '0:2:1'];
    const { rows, rounds, warmUp }: ScaleResults = await runBench('scale', ...data, '--clips', '1,5', '--runs', '1');
    expect(rounds).toHaveLength(1);
    expect([warmUp.clips, ...rows.map(({ clips }) => clips)]).toEqual([1, 1, 5]);
    for (const one of rounds.flat()) {
      // A Node process with ONNX Runtime and worker threads, and no more than a machine has.
      expect(one.peakRssBytes).toBeGreaterThan(50e6);
      expect(one.peakOpenFiles).toBeGreaterThan(20);
      expect(one.firstBoxesSeconds).toBeGreaterThan(0);
      expect(one.firstClipSeconds).toBeGreaterThanOrEqual(one.firstBoxesSeconds);
      expect(one.wallSeconds).toBeGreaterThanOrEqual(one.firstClipSeconds);
    }
  });

  it('refuses counts that do not rise', async () => {
    await expect(runBench('scale', '--clips', '5,5')).rejects.toThrow(
      /Expected `--clips` to be an integer, at least 6/u,
    );
  });
});
