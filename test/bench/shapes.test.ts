import { describe, expect, it } from 'vitest';
import { shapesScenario } from '../../bench/scenarios/shapes-scenario.ts';
import { runScenario } from '../helpers/run-scenario.ts';
import { tinyModels } from '../helpers/tiny-models.ts';

describe('the shapes scenario', { timeout: 60_000 }, () => {
  it('runs each model on each of its shapes in the lane', async () => {
    const given = { models: tinyModels, batches: '1,2', steady: '2', runs: '2' };
    const { rows } = await runScenario(shapesScenario, given);
    const shapes = rows.map(({ model, dims }) => `${model} ${dims.join('x')}`);
    expect(new Set(shapes).size).toBe(shapes.length);
    const detector = rows.filter(({ model }) => model === 'detector');
    expect(detector.map(({ dims: [batch] }) => batch)).toEqual([1, 2, 1, 2, 1, 2, 1, 2]);
    expect((rows.length - detector.length) % (12 * 2)).toBe(0);
    expect(rows.length).toBeGreaterThan(detector.length);
    for (const { ratio, firstMs, steadyMs } of rows) {
      expect([ratio.n, firstMs.n, steadyMs.n]).toEqual([2, 2, 2]);
      // The lane takes the times: one that was not told of is 0.
      expect(firstMs.median).toBeGreaterThan(0);
      expect(steadyMs.median).toBeGreaterThan(0);
    }
  });

  it.each([{ device: 'tpu' }, { batches: '0' }, { runs: '0' }])('refuses %j', async (given) => {
    await expect(runScenario(shapesScenario, { models: tinyModels, ...given })).rejects.toThrow(TypeError);
  });
});
