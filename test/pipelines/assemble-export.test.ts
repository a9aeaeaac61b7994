import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type CocoPicture } from '../../src/io/coco-file.ts';
import { assembleCoco, assembleCrops } from '../../src/pipelines/assemble-export.ts';
import { cocoTarget } from '../../src/pipelines/coco-target.ts';
import { cropsTarget } from '../../src/pipelines/crops-target.ts';
import { type ExportUnit } from '../../src/pipelines/export-units.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';

const unit: ExportUnit = { root: { key: 'r', path: 'r' }, side: 'picture', owner: '1', inputs: [] };
const units = [{ unit, split: 'train' }] as const;
const row: CocoPicture = { file: 'r/picture/1/0.jpg', width: 2, height: 2, boxes: [] };
const part = { digest: '', statuses: [], isWhole: true, problems: [], pieces: [], clamped: 0, dropped: 0, rows: [row] };
const cropFrames = { first: 80, step: 40, last: 360 };

describe('assembleCoco', () => {
  it('makes one file of the parts, and no other without a split', async () => {
    await using folder = await temporaryFolder();
    const target = cocoTarget({ folder: folder.path, quality: 95 });
    await target.parts.write('r/picture/1', part);
    const counts = await assembleCoco({ folder: folder.path, target, units, signal: undefined });
    expect(counts).toMatchObject({ train: { images: 1, annotations: 0 }, validation: { images: 0, annotations: 0 } });
    expect(target.results.map((path) => existsSync(path))).toEqual([true, false]);
  });

  it('says that a part has gone, and leaves nothing', async () => {
    await using folder = await temporaryFolder();
    const target = cocoTarget({ folder: folder.path, quality: 95 });
    await expect(assembleCoco({ folder: folder.path, target, units, signal: undefined })).rejects.toMatchObject({
      code: 'store-invalid',
      message: expect.stringMatching(/^The part of r\/picture\/1 under .* has gone; run the export again$/u),
    });
    expect(target.results.map((path) => existsSync(path))).toEqual([false, false]);
  });
});

describe('assembleCoco and assembleCrops', () => {
  it('stop with the reason of the signal, and leave nothing', async () => {
    await using folder = await temporaryFolder();
    const reason = new Error('enough');
    const common = { folder: folder.path, units, signal: AbortSignal.abort(reason) };
    const coco = cocoTarget({ folder: folder.path, quality: 95 });
    const crops = cropsTarget({ folder: folder.path, quality: 95, frames: cropFrames });
    await expect(assembleCoco({ ...common, target: coco })).rejects.toBe(reason);
    await expect(assembleCrops({ ...common, target: crops, sharedIds: false })).rejects.toBe(reason);
    expect(existsSync(join(folder.path, 'crops.csv'))).toBe(false);
  });
});
