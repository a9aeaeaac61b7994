// Measures what the project promises about speed.
//   npm run bench -- pipeline --root <shop> [--against seed,script,floor] [--runs 5] [--clips <n>] [--python <python>]
//   npm run bench -- --docs        writes docs/benchmarks.md and its plots anew from bench/results
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { formatFrames } from '../src/cli/options/parse-frames.ts';
import { assertInteger } from '../src/core/assert.ts';
import { defaultFrames } from '../src/core/defaults.ts';
import { writeFileWhole } from '../src/io/write-file-whole.ts';
import { compactModels } from '../src/pipelines/package-folder.ts';
import { benchmarksPage, benchmarksPlot, plotPath } from './harness/benchmarks-page.ts';
import { type ScenarioResults } from './harness/results.ts';
import { type Contender, contenders, runPipeline } from './scenarios/pipeline.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    root: { type: 'string', default: 'fixtures/shop' },
    models: { type: 'string', default: compactModels },
    frames: { type: 'string', default: formatFrames(defaultFrames) },
    against: { type: 'string', default: contenders.join() },
    runs: { type: 'string', default: '5' },
    clips: { type: 'string' },
    python: { type: 'string', default: 'python3' },
    docs: { type: 'boolean', default: false },
    results: { type: 'string', default: 'bench/results' },
  },
});
const runs = Number(values.runs);
assertInteger('--runs', runs, 1);
const clips = values.clips === undefined ? undefined : Number(values.clips);
if (clips !== undefined) assertInteger('--clips', clips, 1);
const against = values.against.split(',').map((name): Contender => {
  const contender = contenders.find((one) => one === name);
  if (contender) return contender;
  throw new TypeError(`Expected --against to be of ${contenders.join(', ')}, got ${name}`);
});
if (positionals.length === 0 && !values.docs) {
  throw new TypeError('Expected the name of a scenario (pipeline), or --docs');
}
for (const name of positionals) {
  if (name !== 'pipeline') throw new TypeError(`Expected a scenario to be pipeline, got ${name}`);
}

const path = join(values.results, 'pipeline.json');
for (const contender of positionals.length > 0 ? against : []) {
  const { root, models, frames, python } = values;
  const shop = root.split(/[\\/]/u).findLast((part) => part !== '') ?? root;
  const command = [
    `npm run bench -- pipeline --root ${root.startsWith('fixtures/') ? root : shop} --against ${contender} --runs ${runs}`,
    ...(clips === undefined ? [] : [`--clips ${clips}`]),
    ...(contender === 'script' ? ['--python <python>'] : []),
  ].join(' ');
  const comparison = await runPipeline(contender, {
    root,
    models,
    frames,
    runs,
    clips,
    python,
    command,
    say: (line) => process.stderr.write(`${line}\n`),
  });
  await write(contender, comparison);
}

if (values.docs) {
  const results: ScenarioResults = JSON.parse(await readFile(path, 'utf8'));
  await writeFileWhole('docs/benchmarks.md', benchmarksPage(results));
  await writeFileWhole(join('docs', plotPath), benchmarksPlot(results));
}

/** Each comparison tells by itself where and when it was made, so that one can be measured anew beside the others. */
async function write(contender: Contender, comparison: ScenarioResults['comparisons'][string]): Promise<void> {
  const before: ScenarioResults | undefined = await readFile(path, 'utf8').then(JSON.parse, () => undefined);
  const known = { ...before?.comparisons, [contender]: comparison };
  const results: ScenarioResults = {
    scenario: 'pipeline',
    what: '`vitrine match` against other ways to the same answers, each run a process of its own, in turn',
    comparisons: Object.fromEntries(contenders.flatMap((name) => (known[name] ? [[name, known[name]]] : []))),
  };
  await writeFileWhole(path, `${JSON.stringify(results, undefined, 1)}\n`);
}
