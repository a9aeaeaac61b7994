import { join } from 'node:path';
import { expect, it } from 'vitest';
import { readResult } from '../../src/io/result-file.ts';
import { matchDataset } from '../../src/pipelines/match-dataset.ts';
import { compactInt8Models, shopFixture } from '../../src/pipelines/package-folder.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';

it('finds each item of the shop with the detector in int8', { timeout: 240_000 }, async () => {
  await using folder = await temporaryFolder();
  const out = join(folder.path, 'run');
  const { models } = await matchDataset({ root: shopFixture, out, models: compactInt8Models, device: 'cpu' });
  expect(models.name).toBe('compact-int8');
  const answers = await readResult(join(out, 'result.json'));
  expect(answers).toHaveLength(12);
  // An item and the clip that shows it have one number in this shop.
  expect(answers.filter(({ videoId, itemId }) => videoId !== itemId)).toEqual([]);
});
