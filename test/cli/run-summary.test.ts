import { symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { runFailures, runSummary } from '../../src/cli/run-summary.ts';
import { matchDataset } from '../../src/pipelines/match-dataset.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';
import { tinyModels } from '../helpers/tiny-models.ts';
import { writeTinyShop } from '../helpers/tiny-shop.ts';

it('names what could not be read or not as a whole, and counts what was passed over', async () => {
  await using folder = await temporaryFolder();
  const root = join(folder.path, 'shop');
  await writeTinyShop(root);
  await writeFile(join(root, 'video', 'notes.txt'), '');
  await symlink('nowhere', join(root, 'video', 'v3.mp4'));
  const frames = { first: 0, step: 1, last: 2 };
  const report = await matchDataset({
    root,
    out: join(folder.path, 'run'),
    models: tinyModels,
    device: 'cpu',
    lanes: 1,
    frames,
  });
  expect(runSummary(report)).toMatch(/^2 items and 3 clips: 4 files done, 0 skipped, 1 failed$/m);
  expect(runSummary(report)).toMatch(/^1 other file passed over, see .*run\.json$/m);
  expect(runFailures(report)).toMatch(/^ {2}failed video\/v3\.mp4: .*No such file/m);

  const cut = { path: 'video/v1.mp4', status: 'done', frames: 2, missing: 1, reason: 'it is cut' } as const;
  const damaged = { ...cut, frames: 3, missing: 0, reason: 'it has holes' };
  expect(runFailures({ ...report, inputs: { ...report.inputs, notable: [cut, damaged] } })).toBe(
    '  done in part (2 of 3 frames) video/v1.mp4: it is cut\n  done, with faults, video/v1.mp4: it has holes\n',
  );
});
