import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { lastValueFrom } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { Credits } from '../../src/flow/credits.ts';
import { type Decode } from '../../src/operators/sample-frames.ts';
import { cocoTarget } from '../../src/pipelines/coco-target.ts';
import { type ExportedUnit, exportUnit } from '../../src/pipelines/export-unit.ts';
import { type ExportUnit } from '../../src/pipelines/export-units.ts';
import { createPendingWork } from '../../src/pipelines/pending-work.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';
import { picture } from '../helpers/tiny-models.ts';

const image = picture([32, 32], [{ box: [4, 4, 20, 20], color: [200, 20, 20] }]);
const decode: Decode = async function* (_owner, { name }, { reserve }) {
  await reserve(image.data.length);
  yield { name, image };
};
/** Gives a picture, and then breaks as no picture does. */
const crash: Decode = async function* (owner, input, door) {
  yield* decode(owner, input, door);
  throw new TypeError('crash');
};

async function shopOf() {
  const folder = await temporaryFolder();
  const annotation = join(folder.path, '0.json');
  await writeFile(annotation, '{"annotations": []}');
  const unit: ExportUnit = {
    root: { key: 'r', path: folder.path },
    side: 'picture',
    owner: '1',
    inputs: [{ name: '0', path: join(folder.path, '0.jpg'), annotation }],
  };
  const bytes = new Credits(1);
  const decoders = new Credits(1);
  const run = async (quality: number, decoder: Decode = decode): Promise<ExportedUnit> => {
    await using pending = createPendingWork();
    const targets = [cocoTarget({ folder: folder.path, quality })];
    return await lastValueFrom(exportUnit(unit, { targets, decode: decoder, bytes, decoders, pending }));
  };
  const written = (): Promise<Buffer> => readFile(join(folder.path, 'images/r/picture/1/0.jpg'));
  return { folder, run, written, bytes, decoders, [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose]() };
}

describe('exportUnit', () => {
  it('does a unit once, and again when its options change', async () => {
    await using shop = await shopOf();
    expect(await shop.run(95)).toMatchObject({ frames: 1, isTakenOver: false, account: { statuses: ['done'] } });
    expect(await shop.run(95)).toMatchObject({ frames: 0, isTakenOver: true, account: { statuses: ['done'] } });
    expect(await shop.run(40)).toMatchObject({ frames: 1, isTakenOver: false });
  });

  it('does not let a part vouch for the files of other options, which a run that broke off has left', async () => {
    await using shop = await shopOf();
    await shop.run(95);
    const fine = await shop.written();
    await expect(shop.run(40, crash)).rejects.toThrow('crash');
    expect((await shop.written()).equals(fine)).toBe(false);
    expect(await shop.run(95)).toMatchObject({ isTakenOver: false });
    expect((await shop.written()).equals(fine)).toBe(true);
  });

  it('gives back every credit when it breaks off or cannot write', async () => {
    await using shop = await shopOf();
    await expect(shop.run(40, crash)).rejects.toThrow('crash');
    expect([shop.bytes.inUse, shop.decoders.inUse]).toEqual([0, 0]);
    await rm(join(shop.folder.path, 'images'), { recursive: true });
    await writeFile(join(shop.folder.path, 'images'), 'in the way');
    await expect(shop.run(95)).rejects.toMatchObject({ code: 'file-unwritable' });
    expect([shop.bytes.inUse, shop.decoders.inUse]).toEqual([0, 0]);
  });
});
