import { type OptionValues, type Scenario } from '../../bench/harness/scenario.ts';

/** The options of a scenario when nothing is given. */
export function defaultsOf({ options }: Pick<Scenario, 'options'>): OptionValues {
  return Object.fromEntries(Object.entries(options).map(([name, option]) => [name, option.default]));
}

/** Runs a scenario in this process with some options, the others at their defaults, and gives what it wrote. */
export async function runScenario<Results>(scenario: Scenario<Results>, given: OptionValues): Promise<Results> {
  const written: Results[] = [];
  await scenario.run({
    values: { ...defaultsOf(scenario), ...given },
    read: () => Promise.resolve(undefined),
    write: (results) => Promise.resolve(void written.push(results)),
    say: () => undefined,
  });
  const [results] = written;
  if (results === undefined) throw new TypeError('Expected the scenario to write its results');
  return results;
}
