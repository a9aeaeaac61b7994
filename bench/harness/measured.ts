import { basename } from 'node:path';
import { type Conditions, readConditions, readLoad } from './conditions.ts';
import { type OptionValues, type ScenarioOptions } from './scenario.ts';

/** Where, when and how something was measured. */
export interface Measured extends Conditions {
  /** What a reader can repeat. */
  readonly command: string;
  readonly data: string;
  readonly loadBefore: readonly number[];
  readonly loadAfter: readonly number[];
}

/** Measures, and says where, when and how: as the commit and the machine were before `work`. */
export async function measured<T>(
  { command, data }: Pick<Measured, 'command' | 'data'>,
  work: () => Promise<T>,
): Promise<Measured & T> {
  const conditions = await readConditions();
  const loadBefore = readLoad();
  const results = await work();
  return { command, ...conditions, data, loadBefore, loadAfter: readLoad(), ...results };
}

/** The command of a scenario that a reader can repeat: what is not a default, with the last part of each path outside of the repository. */
export function commandOf(scenario: string, values: OptionValues, options: ScenarioOptions): string {
  const given = Object.keys(options).flatMap((name) => {
    const value = values[name];
    if (value === undefined || value === options[name]?.default) return [];
    return [`--${name} ${value.startsWith('/') ? basename(value) : value}`];
  });
  return ['npm run bench --', scenario, ...given].join(' ');
}

/** One line about it for the page. */
export function conditionsLine(measured: Measured): string {
  const { command, data, date, commit, machine, versions, loadBefore, loadAfter } = measured;
  const used = Object.entries(versions).map(([name, version]) => `${name} ${version}`);
  const place = `${machine.cores} cores of ${machine.cpu}, ${machine.memoryGiB} GiB`;
  const load = `load average ${loadBefore[0]} before and ${loadAfter[0]} after`;
  return `\`${command}\` on ${data}; ${date.slice(0, 10)}, commit ${commit}, ${place}, ${used.join(', ')}; ${load}.`;
}
