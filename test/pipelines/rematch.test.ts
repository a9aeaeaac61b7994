import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { defaultMatching } from '../../src/core/defaults.ts';
import { rematch } from '../../src/pipelines/rematch.ts';
import { randomBoxes } from '../helpers/random-boxes.ts';
import { slowReference } from '../helpers/slow-reference.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';

const thresholds = fc.record({
  quantile: fc.constantFrom(0, 0.28, 0.28, 0.28, 0.5, 1),
  keepAtLeast: fc.constantFrom(0, 1, 1, 1),
  voteShare: fc.constantFrom(0, 0.3, 0.5, 0.5, 0.5, 1),
  maxDistance: fc.constantFrom(0.3, 1.12, 1.12, 4),
});

describe('rematch', () => {
  it('writes the very bytes of an independent slow implementation, in 1,000 random cases', async () => {
    await using folder = await temporaryFolder();
    const from = join(folder.path, 'boxes.ndjson');
    const out = join(folder.path, 'result.json');
    let answers = 0;
    await fc.assert(
      fc.asyncProperty(randomBoxes, thresholds, async (boxes, matching) => {
        const lines = boxes.map((box) => JSON.stringify(box));
        await writeFile(from, lines.map((line) => `${line}\n`).join(''));
        await rematch({ from, out, matching });
        const written = await readFile(out, 'utf8');
        expect(written).toBe(slowReference(lines, matching));
        answers += written.split('item_id').length - 1;
      }),
      { numRuns: 1000 },
    );
    expect(answers).toBeGreaterThan(500);
    // Some 10 s on an idle machine; every case writes a file onto the disk.
  }, 120_000);

  it('takes the thresholds of the rule when none are given', async () => {
    await using folder = await temporaryFolder();
    const from = join(folder.path, 'boxes.ndjson');
    await fc.assert(
      fc.asyncProperty(randomBoxes, async (boxes) => {
        const lines = boxes.map((box) => JSON.stringify(box));
        await writeFile(from, lines.join('\n'));
        const out = join(folder.path, 'result.json');
        await rematch({ from, out });
        expect(await readFile(out, 'utf8')).toBe(slowReference(lines, defaultMatching));
      }),
      { numRuns: 50 },
    );
  });
});
