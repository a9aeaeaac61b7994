import { execFile } from 'node:child_process';
import { chmod, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, it } from 'vitest';
import { drawnGallery, drawnQueries, vectorLength, writeVectors } from '../../bench/harness/draw-vectors.ts';
import { distanceBetween } from '../../src/matching/distance-between.ts';
import { type SearchReport } from '../../bench/baselines/search-report.ts';
import { type SearchResults, searchScenario } from '../../bench/scenarios/search-scenario.ts';
import { runBench } from '../helpers/run-bench.ts';
import { runScenario } from '../helpers/run-scenario.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';

const vitrine = fileURLToPath(new URL('../../dist/bench/baselines/search-vitrine.js', import.meta.url));
const rows = 1500;
const count = 60;

describe('the search scenario', { timeout: 60_000, skip: process.platform === 'win32' }, () => {
  it('draws vectors whose nearest rows the exact search finds, the lowest of equal ones', async () => {
    await using folder = await temporaryFolder();
    const [gallery, queries] = [drawnGallery(), drawnQueries(rows)];
    await writeVectors(folder.path, 'gallery.f32', rows, gallery);
    await writeVectors(folder.path, 'queries.f32', count, queries);
    const args = [vitrine, folder.path, String(rows), String(count)];
    const { stdout } = await promisify(execFile)(process.execPath, args);
    const report: SearchReport = JSON.parse(stdout);

    const drawn = Array.from({ length: rows }, (_, row) => gallery(row));
    let ties = 0;
    for (const [query, found] of report.rows.entries()) {
      const feature = queries(query);
      const distances = drawn.map((row) => distanceBetween(feature, row));
      const least = Math.min(...distances);
      expect(found).toBe(distances.indexOf(least));
      ties += Number(distances.filter((distance) => distance === least).length > 1);
    }
    expect(report.rows).toHaveLength(count);
    expect(ties).toBeGreaterThanOrEqual(count / 5);
    expect(await readFile(join(folder.path, 'gallery.f32'))).toHaveLength(rows * vectorLength * 4);
  });

  describe('with a program in place of Python', () => {
    let found: SearchResults['comparisons'] = {};
    beforeAll(async () => {
      await using folder = await temporaryFolder();
      const python = join(folder.path, 'python');
      await writeFile(
        python,
        `#!/bin/sh\n[ "$1" = -c ] && exec echo 3.1 2.2 1.3\nshift 2\nexec "${process.execPath}" "${vitrine}" "$@"\n`,
      );
      await chmod(python, 0o755);
      const given = ['--sizes', '3x200,4x300', '--against', 'numpy,faiss', '--runs', '2', '--folder', folder.path];
      const results: SearchResults = await runBench('search', ...given, '--python', python);
      found = results.comparisons;
    }, 60_000);

    it('keeps a comparison for each size and library', () => {
      expect(Object.keys(found)).toEqual(['numpy 3x200', 'faiss 3x200', 'numpy 4x300', 'faiss 4x300']);
    });

    it('measures pairs whose rows it compares', () => {
      const pairs = [expect.anything(), expect.anything()];
      expect(found['faiss 4x300']).toMatchObject({
        title: 'FAISS IndexFlatL2, 4 x 300',
        command: 'npm run bench -- search --sizes 4x300 --against faiss --runs 2 --python <python>',
        agreement: 'the same 4 rows',
        pairs,
        search: { pairs, cpuRatio: { n: 2 } },
        memory: { galleryMiB: 2, matchMiB: expect.any(Number), otherMiB: expect.any(Number) },
        notes: { python: '3.1', numpy: '2.2', faiss: '1.3' },
      });
    });
  });

  it('says that a library was left out where there is no Python for it, on the page too', async () => {
    const given = { sizes: '3x20', against: 'faiss', python: 'no-such-python' };
    const results = await runScenario(searchScenario, given);
    expect(results.comparisons).toEqual({
      'faiss 3x20': { title: 'FAISS IndexFlatL2, 3 x 20', leftOut: expect.stringContaining('no-such-python') },
    });
    expect(searchScenario.section(results)).toMatch(/\| FAISS IndexFlatL2, 3 x 20 \| left out: no-such-python .* \|/u);
    expect(Object.values(searchScenario.plots(results))).toEqual([expect.stringContaining('>match<')]);
  });

  it.each([
    { given: { sizes: '3x20,0x5' }, message: 'Expected `--sizes`' },
    { given: { sizes: '3x0' }, message: 'Expected `--sizes`' },
    { given: { sizes: '3x20x4' }, message: 'Expected `--sizes`' },
    { given: { against: 'faiss,annoy' }, message: 'Expected --against to be of faiss, usearch, numpy, got annoy' },
    { given: { runs: '0' }, message: 'Expected `--runs`' },
  ])('refuses $given', async ({ given, message }) => {
    const rest = { sizes: '3x20', python: 'no-such-python' };
    await expect(runScenario(searchScenario, { ...rest, ...given })).rejects.toThrow(message);
  });
});
