import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { benchmarksPage, benchmarksPlots } from '../../bench/harness/benchmarks-page.ts';
import { readResults } from '../../bench/harness/read-results.ts';
import {
  type Comparison,
  isMeasured,
  type LeftOut,
  type PipelineResults,
  summarise,
} from '../../bench/harness/results.ts';
import { ratiosOf } from '../../bench/harness/spread.ts';
import { allScenarios } from '../../bench/scenarios/all-scenarios.ts';
import { type SearchResults } from '../../bench/scenarios/search-scenario.ts';

function read(path: string): Promise<string> {
  return readFile(fileURLToPath(new URL(`../../${path}`, import.meta.url)), 'utf8');
}

/** Those that were not left out, by name. */
function measuredOf<One extends Comparison>(all: Readonly<Record<string, One | LeftOut>>): readonly [string, One][] {
  return Object.entries(all).flatMap(([name, one]): [string, One][] => (isMeasured(one) ? [[name, one]] : []));
}

/** What was measured so far. */
const results = new Map<string, unknown>();
for (const name of Object.keys(allScenarios)) {
  const found = await readResults(fileURLToPath(new URL(`../../bench/results/${name}.json`, import.meta.url)));
  if (found !== undefined) results.set(name, found);
}
const names = [...results.keys()];
const pipeline: PipelineResults = JSON.parse(await read('bench/results/pipeline.json'));
const search: SearchResults = JSON.parse(await read('bench/results/search.json'));

describe('benchmarks.md', () => {
  it('is what `npm run bench -- --docs` makes of the results', async () => {
    expect(await read('docs/benchmarks.md')).toBe(benchmarksPage(allScenarios, results));
    for (const [path, svg] of benchmarksPlots(allScenarios, results)) expect(await read(`docs/${path}`)).toBe(svg);
  });

  it.each(names)('has a picture of %s, and shows it', (name) => {
    const page = benchmarksPage(allScenarios, results);
    const paths = [...benchmarksPlots(allScenarios, new Map([[name, results.get(name)]])).keys()];
    expect(paths.length).toBeGreaterThan(0);
    for (const path of paths) expect(page).toContain(`](${path})`);
  });

  it('says why a program was left out', () => {
    const leftOut = {
      ...pipeline,
      comparisons: { script: { title: 'the usual script', leftOut: 'no Python' } },
    };
    expect(benchmarksPage(allScenarios, new Map([['pipeline', leftOut]]))).toContain(
      '| the usual script | left out: no Python |',
    );
  });
});

describe.each([
  ['pipeline', pipeline.comparisons],
  ['search', search.comparisons],
] as const)('bench/results/%s.json', (_, comparisons) => {
  const measured = measuredOf(comparisons);

  it('holds something', () => {
    expect(measured.length).toBeGreaterThan(0);
  });

  it.each(measured)('has the ratios of its pairs: %s', (__, comparison) => {
    const { pairs, ratio } = comparison;
    expect(comparison).toMatchObject(summarise(pairs, ratio.startsWith('match') ? 'other' : 'match'));
  });
});

describe('bench/results/search.json', () => {
  it.each(measuredOf(search.comparisons))(
    'has the ratios of the search alone: %s',
    (_, { search: { pairs, cpuRatio } }) => {
      expect(cpuRatio).toEqual(ratiosOf(pairs, 'match', 'cpuSeconds'));
    },
  );
});
