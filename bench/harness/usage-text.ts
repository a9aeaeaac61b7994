import { isAbsolute, relative } from 'node:path';
import { sharedOptions } from './parse-bench-line.ts';
import { type ScenarioOptions, type Scenarios } from './scenario.ts';

/** What `npm run bench -- --help` prints: the scenarios, and the options of each with what they are when they are left out. */
export function usageText(scenarios: Scenarios): string {
  const parts = Object.entries(scenarios).map(
    ([name, { summary, options }]) => `${name}: ${summary}\n${optionLines(options)}`,
  );
  return `npm run bench -- <scenario> [its options]                  measures, and writes <results>/<scenario>.json
npm run bench -- <scenario> [its options] --compare <ref>  runs this checkout and that of a branch, tag or commit in turn, writes
                                                           <results>/compare-<scenario>.json and prints a table for the changelog;
                                                           of several sizes of search, or clips of scale, the first
npm run bench -- --docs                                    writes docs/benchmarks.md and its plots anew from <results>

With every scenario:
${optionLines({ results: sharedOptions.results })}

The scenarios, their options, and what each is when it is left out (-: nothing):

${parts.join('\n\n')}
`;
}

function optionLines(options: ScenarioOptions): string {
  const width = Math.max(...Object.keys(options).map((name) => name.length));
  return Object.entries(options)
    .map(([name, option]) => `  --${name.padEnd(width)}  ${option.default === undefined ? '-' : near(option.default)}`)
    .join('\n');
}

/** A path below this folder, from here. */
function near(text: string): string {
  const path = isAbsolute(text) ? relative('.', text) : text;
  return path.startsWith('..') ? text : path;
}
