// Measures what the project promises about speed.
//   npm run bench -- <scenario> [its options]    writes bench/results/<scenario>.json
//   npm run bench -- <scenario> [its options] --compare <ref>    runs this checkout and another in turn, writes bench/results/compare-<scenario>.json and
//                                                                prints a table for the changelog
//   npm run bench -- --docs                      writes docs/benchmarks.md and its plots anew from bench/results
// The scenarios are those of bench/scenarios/all-scenarios.ts; each file there tells its options.
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { writeFileWhole } from '../src/io/write-file-whole.ts';
import { benchmarksPage, benchmarksPlots } from './harness/benchmarks-page.ts';
import { comparisonTable } from './harness/compare-checkouts.ts';
import { compareWith } from './harness/compare-with.ts';
import { commandOf } from './harness/measured.ts';
import { readResults } from './harness/read-results.ts';
import { allScenarios } from './scenarios/all-scenarios.ts';

const [first = '', ...others] = process.argv.slice(2);
const name = first.startsWith('-') ? undefined : first;
const scenario = allScenarios[name ?? ''];
if (name !== undefined && scenario === undefined) {
  throw new TypeError(`Expected a scenario to be one of ${Object.keys(allScenarios).join(', ')}, got ${name}`);
}
const { values } = parseArgs({
  args: name === undefined ? [first, ...others].filter((text) => text !== '') : others,
  options: {
    ...scenario?.options,
    compare: { type: 'string' },
    docs: { type: 'boolean', default: false },
    results: { type: 'string', default: 'bench/results' },
  },
});
const { compare, docs, results: folder, ...given } = values;
if (scenario === undefined && !docs) {
  throw new TypeError(`Expected the name of a scenario (${Object.keys(allScenarios).join(', ')}), or --docs`);
}

const say = (line: string): void => void process.stderr.write(`${line}\n`);
if (scenario !== undefined && compare !== undefined) {
  if (!scenario.program) throw new TypeError(`Expected --compare with pipeline, got ${name}, which cannot be compared`);
  const { program, options } = scenario;
  const command = `${commandOf(name!, given, options)} --compare ${compare}`;
  const comparison = await compareWith(compare, { program, values: given, command, say });
  await writeFileWhole(join(folder, `compare-${name}.json`), `${JSON.stringify(comparison, undefined, 1)}\n`);
  process.stdout.write(comparisonTable(comparison));
} else if (scenario !== undefined) {
  const path = join(folder, `${name}.json`);
  await scenario.run({
    values: given,
    read: () => readResults(path),
    write: (results) => writeFileWhole(path, `${JSON.stringify(results, undefined, 1)}\n`),
    say,
  });
}

if (docs) {
  const measured = new Map<string, unknown>();
  for (const one of Object.keys(allScenarios)) {
    const results = await readResults(join(folder, `${one}.json`));
    if (results !== undefined) measured.set(one, results);
  }
  await writeFileWhole('docs/benchmarks.md', benchmarksPage(allScenarios, measured));
  for (const [path, svg] of benchmarksPlots(allScenarios, measured)) await writeFileWhole(join('docs', path), svg);
}
