import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { benchmarksPage, benchmarksPlot, plotPath } from '../../bench/harness/benchmarks-page.ts';
import { type Comparison, type ScenarioResults, summarise } from '../../bench/harness/results.ts';

function read(path: string): Promise<string> {
  return readFile(fileURLToPath(new URL(`../../${path}`, import.meta.url)), 'utf8');
}

const results: ScenarioResults = JSON.parse(await read('bench/results/pipeline.json'));
const measured = Object.entries(results.comparisons).filter(
  (entry): entry is [string, Comparison] => !('leftOut' in entry[1]),
);

describe('benchmarks.md', () => {
  it('is what `npm run bench -- --docs` makes of the results', async () => {
    expect(await read('docs/benchmarks.md')).toBe(benchmarksPage(results));
    expect(await read(`docs/${plotPath}`)).toBe(benchmarksPlot(results));
  });

  it('says why a program was left out', () => {
    const page = benchmarksPage({
      ...results,
      comparisons: { script: { title: 'the usual script', leftOut: 'no Python' } },
    });
    expect(page).toContain('| the usual script | left out: no Python |');
  });
});

describe('bench/results/pipeline.json', () => {
  it('holds something', () => {
    expect(measured.length).toBeGreaterThan(0);
  });

  it.each(measured)('has the ratios of its pairs: %s', (_, comparison) => {
    const { pairs, ratio } = comparison;
    expect(comparison).toMatchObject(summarise(pairs, ratio.startsWith('match') ? 'other' : 'match'));
  });
});
