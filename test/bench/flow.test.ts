import { describe, expect, it } from 'vitest';
import { flowContests } from '../../bench/scenarios/flow-contests.ts';
import { flowScenario } from '../../bench/scenarios/flow-scenario.ts';
import { runScenario } from '../helpers/run-scenario.ts';

const names = Object.keys(flowContests);
const results = await runScenario(flowScenario, { items: '200', 'in-flight': '100', runs: '2' });

describe('the flow scenario', () => {
  it.each(names)('sends every item through %s and through what it is compared with', async (name) => {
    const { ours, plain } = flowContests[name]!;
    expect([await ours(100), await plain(100)]).toEqual([100, 100]);
  });

  it.each(names)('finds the budget of %s to be used and kept, where RxJS takes everything', (name) => {
    const { inFlight, budget } = results.operators[name]!;
    expect(inFlight).toEqual({ ours: budget, plain: 100 });
  });

  it('has ratios of as many rounds as were asked for, without the one that warms up', () => {
    expect(Object.keys(results.operators)).toEqual(names);
    for (const { wallRatio, cpuRatio } of Object.values(results.operators)) {
      expect([wallRatio.n, cpuRatio.n]).toEqual([2, 2]);
    }
  });

  it('tells the command, without what is a default', () => {
    expect(results).toMatchObject({ scenario: 'flow', data: '200 numbers' });
    expect(results.command).toBe('npm run bench -- flow --items 200 --in-flight 100 --runs 2');
  });
});
