// Measures what the project promises about speed. `npm run bench -- --help` tells the scenarios and their options; they are those of
// bench/scenarios/all-scenarios.ts.
import { join } from 'node:path';
import { type ExitCode } from '../src/cli/exit-code.ts';
import { isUsage } from '../src/cli/explain-failure.ts';
import { messageOf } from '../src/core/errors.ts';
import { writeFileWhole } from '../src/io/write-file-whole.ts';
import { benchmarksPage, benchmarksPlots } from './harness/benchmarks-page.ts';
import { comparisonTable } from './harness/compare-checkouts.ts';
import { compareWith } from './harness/compare-with.ts';
import { commandOf } from './harness/measured.ts';
import { type BenchLine, parseBenchLine } from './harness/parse-bench-line.ts';
import { readResults } from './harness/read-results.ts';
import { usageText } from './harness/usage-text.ts';
import { allScenarios } from './scenarios/all-scenarios.ts';

const say = (line: string): void => void process.stderr.write(`${line}\n`);

async function bench(line: BenchLine): Promise<void> {
  if (line.help) return void process.stdout.write(usageText(allScenarios));
  if (line.name !== undefined) await runScenario(line.name, line);
  if (line.docs) await writeDocs(line.results);
}

async function runScenario(name: string, { values, compare, results: folder }: BenchLine): Promise<void> {
  const scenario = allScenarios[name]!;
  if (compare !== undefined) {
    const command = `${commandOf(name, values, scenario.options)} --compare ${compare}`;
    const comparison = await compareWith(compare, { name, scenario, values, command, say });
    await writeFileWhole(join(folder, `compare-${name}.json`), `${JSON.stringify(comparison, undefined, 1)}\n`);
    process.stdout.write(comparisonTable(comparison));
    return;
  }
  const path = join(folder, `${name}.json`);
  await scenario.run({
    values,
    read: () => readResults(path),
    write: (results) => writeFileWhole(path, `${JSON.stringify(results, undefined, 1)}\n`),
    say,
  });
}

async function writeDocs(folder: string): Promise<void> {
  const measured = new Map<string, unknown>();
  for (const one of Object.keys(allScenarios)) {
    const results = await readResults(join(folder, `${one}.json`));
    if (results !== undefined) measured.set(one, results);
  }
  await writeFileWhole('docs/benchmarks.md', benchmarksPage(allScenarios, measured));
  for (const [path, svg] of benchmarksPlots(allScenarios, measured)) await writeFileWhole(join('docs', path), svg);
}

try {
  await bench(parseBenchLine(process.argv.slice(2), allScenarios));
} catch (thrown) {
  // One line for what was asked for in the wrong way; anything else is loud, with its stack.
  if (!isUsage(thrown)) throw thrown;
  say(`bench: ${messageOf(thrown).replaceAll(/\s*\n\s*/gu, ' ')}`);
  process.exitCode = 2 satisfies ExitCode;
}
