import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from '../helpers/temporary-folder.ts';

const at = (path: string): string => fileURLToPath(new URL(`../../${path}`, import.meta.url));

describe('gallery.ts', { timeout: 60_000 }, () => {
  it('tells all that the committed results tell, and where, when and how', async () => {
    await using folder = await temporaryFolder();
    const out = join(folder.path, 'out.json');
    await promisify(execFile)(process.execPath, [at('dist/bench/gallery.js'), '400', join(folder.path, 'index'), out]);
    const [given, known] = await Promise.all(
      [out, at('bench/results/gallery-100k.json')].map(async (path) => JSON.parse(await readFile(path, 'utf8'))),
    );
    expect(Object.keys(given)).toEqual(expect.arrayContaining(Object.keys(known)));
    for (const part of ['times', 'bound', 'add1000Items']) {
      expect(Object.keys(given[part])).toEqual(Object.keys(known[part]));
    }
    expect(given).toMatchObject({
      commit: expect.stringMatching(/^[0-9a-f]{7,}\+?$/u),
      versions: { node: process.versions.node },
      data: '400 boxes of 2048 float32, 4 around each item, drawn at random',
      open: { medianMs: expect.any(Number), quartilesMs: [expect.any(Number), expect.any(Number)], runs: 11 },
      times: { 'batch 16': { runs: 20 } },
      wrongAnswersOf16: 0,
      add1000Items: { filesChanged: [], itemsAfter: 1000 },
    });
  });
});
