import { existsSync } from 'node:fs';
import { mkdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { decodePicture } from '../../src/media/decode-picture.ts';
import { exportDataset } from '../../src/pipelines/export-dataset.ts';
import { type ExportReport } from '../../src/pipelines/export-report.ts';
import { marked, writeAnnotatedShop } from '../helpers/annotated-shop.ts';
import { filesOf } from '../helpers/files-of.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';

const cropFrames = { first: 2, step: 4, last: 10 };
const skirt = marked(20000101, [8, 16, 48, 80]);
const stranger = marked(0, [2, 2, 12, 30], '长裤');
const trousers = marked(20000201, [0, 0, 64, 32], '长裤');
const frameBytes = 64 * 96 * 3;

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
const at = (...names: readonly string[]): string => join(folder.path, ...names);
const jsonOf = async (name: string) => JSON.parse(await readFile(at(name), 'utf8'));
const rowsOf = async (name: string): Promise<readonly string[]> =>
  (await readFile(at(name), 'utf8')).trimEnd().split('\n').slice(1);
/** All that a run leaves but the account of itself. */
const dataOf = (name: string) => filesOf(at(name), (path) => path === 'export.json' || path.startsWith('.parts'));

beforeAll(async () => {
  folder = await temporaryFolder();
  await writeAnnotatedShop(at('shop'), {
    items: {
      '000001': { '0.jpg': [skirt], '1.png': [stranger, skirt], '2.jpg': [] },
      '000002': { '0.jpg': [trousers] },
    },
    clips: {
      a: { frames: 12, marks: { 1: [skirt], 2: [stranger, skirt], 6: [], 7: [skirt], 10: [skirt] } },
      b: { frames: 12, isStills: true, marks: { 6: [trousers], 80: [stranger] } },
      c: { frames: 12, marks: { 3: [stranger] } },
    },
  });
}, 60_000);
afterAll(() => folder[Symbol.asyncDispose]());

describe('exportDataset, on a sound shop', { timeout: 60_000 }, () => {
  let report: ExportReport;
  const progress: string[] = [];

  beforeAll(async () => {
    report = await exportDataset({
      roots: [at('shop')],
      coco: at('coco'),
      crops: at('crops'),
      cropFrames,
      flow: { concurrency: 2, budgetBytes: 3 * frameBytes },
      onProgress: ({ done, skipped, failed, total }) => progress.push(`${done + skipped + failed}/${total}`),
    });
  }, 60_000);

  it('writes every picture and every annotated frame as COCO, those without a garment too', async () => {
    const { images, annotations, categories } = await jsonOf('coco/annotations/instances_train.json');
    const pictures = ['000001/0', '000001/1', '000001/2', '000002/0'];
    const frames = ['a/000001', 'a/000002', 'a/000006', 'a/000007', 'a/000010', 'b/000006', 'b/000080', 'c/000003'];
    expect(images).toEqual([
      ...pictures.map((name, place) => ({
        id: 1 + place,
        file_name: `shop/picture/${name}.jpg`,
        width: 64,
        height: 96,
        side: 'picture',
        owner: name.slice(0, 6),
        root: 'shop',
      })),
      ...frames.map((name, place) => ({
        id: 5 + place,
        file_name: `shop/clip/${name}.jpg`,
        width: 64,
        height: 96,
        side: 'clip',
        owner: name.slice(0, 1),
        root: 'shop',
        frame_index: Number(name.slice(2)),
      })),
    ]);
    const box = { category_id: 1, iscrowd: 0 };
    const ofSkirt = { ...box, bbox: [8, 16, 40, 64], area: 2560, instance_id: 20000101, label: '短裙' };
    const ofStranger = { ...box, bbox: [2, 2, 10, 28], area: 280, instance_id: 0, label: '长裤' };
    expect(annotations.slice(0, 3)).toEqual([
      { id: 1, image_id: 1, ...ofSkirt },
      { id: 2, image_id: 2, ...ofStranger },
      { id: 3, image_id: 2, ...ofSkirt },
    ]);
    expect(annotations.map((one: { image_id: number }) => one.image_id)).toEqual([
      1, 2, 2, 4, 5, 6, 6, 8, 9, 10, 11, 12,
    ]);
    expect(annotations.map((one: { id: number }) => one.id)).toEqual(
      annotations.map((_: unknown, place: number) => place + 1),
    );
    expect(categories).toEqual([{ id: 1, name: 'clothes' }]);
    expect(existsSync(at('coco/annotations/instances_validation.json'))).toBe(false);
  });

  it('writes the very frame, as a JPEG with colour at full size', async () => {
    const path = at('coco/images/shop/clip/a/000010.jpg');
    const { format, chromaSubsampling } = await sharp(path).metadata();
    expect({ format, chromaSubsampling }).toEqual({ format: 'jpeg', chromaSubsampling: '4:4:4' });
    const inBox = (await decodePicture(path)).data[(40 * 64 + 20) * 3] ?? 0;
    const ofNegative = (await decodePicture(at('coco/images/shop/clip/a/000006.jpg'))).data[(40 * 64 + 20) * 3] ?? 0;
    expect(inBox).toBeGreaterThan(180);
    expect(ofNegative).toBeLessThan(60);
  });

  it('writes crops of garments with a counterpart, of clips those of the crop frames', async () => {
    expect((await readFile(at('crops/crops.csv'), 'utf8')).split('\n')[0]).toBe(
      'label,path,split,is_query,is_gallery,category,aspect_bucket,side,instance_id,owner,frame,root',
    );
    expect(await rowsOf('crops/crops.csv')).toEqual([
      `0,crops/shop/picture/000001/0-0.jpg,train,,,短裙,5,picture,20000101,000001,,shop`,
      `0,crops/shop/picture/000001/1-1.jpg,train,,,短裙,5,picture,20000101,000001,,shop`,
      `1,crops/shop/picture/000002/0-0.jpg,train,,,长裤,11,picture,20000201,000002,,shop`,
      `0,crops/shop/clip/a/2-1.jpg,train,,,短裙,5,clip,20000101,a,2,shop`,
      `0,crops/shop/clip/a/10-0.jpg,train,,,短裙,5,clip,20000101,a,10,shop`,
      `1,crops/shop/clip/b/6-0.jpg,train,,,长裤,11,clip,20000201,b,6,shop`,
    ]);
  });

  it('cuts crops at their own size, to the pixel', async () => {
    const { width, height, data } = await decodePicture(at('crops/crops/shop/picture/000001/1-1.jpg'));
    expect([width, height]).toEqual([40, 64]);
    const reds = data.filter((_, place) => place % 3 === 0);
    expect(Math.min(...reds)).toBeGreaterThan(180); // Nothing of what is around the box.
  });

  it('accounts for itself in export.json of both folders', async () => {
    const plain = JSON.parse(JSON.stringify(report));
    expect(await jsonOf('coco/export.json')).toEqual(plain);
    expect(await jsonOf('crops/export.json')).toEqual(plain);
    expect(report).toMatchObject({
      format: 1,
      roots: [{ path: at('shop'), key: 'shop', items: 2, clips: 3, isValidation: false }],
      inputs: { total: 7, done: 7, skipped: 0, failed: 0, takenOver: 0, ignored: [] },
      frames: 12,
      boxes: { clamped: 0, dropped: 0 },
      coco: { folder: at('coco'), train: { images: 12, annotations: 12 }, validation: { images: 0, annotations: 0 } },
      crops: { folder: at('crops'), train: { crops: 6, identities: 2 }, validation: { crops: 0, identities: 0 } },
      options: { quality: 95, cropFrames, sharedIds: false, validationShare: 0 },
      problems: [],
    });
    expect(progress[0]).toBe('0/7');
    expect(progress.at(-1)).toBe('7/7');
    expect(progress).toHaveLength(6);
  });

  it('keeps the pixels in flight to the budget', () => {
    expect(report.credit.totalBytes).toBe(3 * frameBytes);
    expect(report.credit.peakBytes).toBeGreaterThan(0);
    expect(report.credit.peakBytes).toBeLessThanOrEqual(3 * frameBytes);
  });

  it.each([
    {
      what: 'one at a time, with room for a frame',
      flow: { concurrency: 1, budgetBytes: 1 },
      formats: ['coco', 'crops'],
    },
    { what: 'many at a time', flow: { concurrency: 8 }, formats: ['coco', 'crops'] },
    { what: 'COCO alone', flow: {}, formats: ['coco'] },
    { what: 'crops alone', flow: {}, formats: ['crops'] },
  ])('gives the same bytes with $what', async ({ what, flow, formats }) => {
    const out = `again ${what}`;
    const to = Object.fromEntries(formats.map((format) => [format, at(out, format)]));
    await exportDataset({ roots: [at('shop')], ...to, cropFrames, flow });
    for (const format of formats) expect(await dataOf(`${out}/${format}`)).toEqual(await dataOf(format));
  });

  it('decodes for crops alone what has crops alone', async () => {
    const { frames, inputs } = await exportDataset({ roots: [at('shop')], crops: at('few'), cropFrames });
    expect(frames).toBe(6);
    expect(inputs).toMatchObject({ total: 7, done: 7 });
  });

  it('puts both formats into one folder where that is asked for', async () => {
    await exportDataset({ roots: [at('shop')], coco: at('one'), crops: at('one'), cropFrames });
    expect(await dataOf('one')).toEqual(
      new Map([...(await dataOf('coco')), ...(await dataOf('crops'))].toSorted(byName)),
    );
  });

  it('writes smaller files at a lower quality', async () => {
    await exportDataset({ roots: [at('shop')], coco: at('coarse'), quality: 20 });
    const sizeOf = async (name: string): Promise<number> =>
      (await readFile(at(name, 'images/shop/picture/000001/0.jpg'))).length;
    expect(await sizeOf('coarse')).toBeLessThan(await sizeOf('coco'));
  });
});

function byName([a]: readonly [string, string], [b]: readonly [string, string]): number {
  return a < b ? -1 : 1;
}

describe('exportDataset, on what real data has', { timeout: 60_000 }, () => {
  let report: ExportReport;
  const root = (...names: readonly string[]): string => at('broken', ...names);

  beforeAll(async () => {
    await writeAnnotatedShop(root(), {
      items: {
        '000001': {
          '0.jpg': [skirt, marked(20000102, [40, 60, 80, 120]), marked(20000103, [70, 10, 90, 40])],
          '1.jpg': [skirt],
          '2.jpg': [skirt],
          '3.jpg': [marked(20000101, [8, 16, 48, 80], '帽子'), { ...skirt, display: 2 }, { ...skirt, label: '古装' }],
        },
        '000002': { '0.jpg': [trousers] },
      },
      clips: {
        beyond: { frames: 5, marks: { 2: [skirt], 9: [skirt], 400: [skirt] } },
        empty: { frames: 5, marks: {} },
        late: { frames: 5, marks: { 80: [skirt] } },
        stills: { frames: 5, isStills: true, marks: { 2: [skirt], 6: [skirt], 10: [skirt] } },
        text: { frames: 5, marks: { 2: [skirt] } },
      },
    });
    await rm(root('image_annotation/000001/1.json'));
    await truncate(root('image/000001/2.jpg'), 40);
    await writeFile(root('image_annotation/000002/0.json'), '{"annotations": [');
    await writeFile(root('video/text.mp4'), 'no clip');
    await rm(root('video_frames/stills/6.jpg'));
    await truncate(root('video_frames/stills/10.jpg'), 40);
    await mkdir(root('image_annotation/000009'));
    await writeFile(root('image_annotation/000009/0.json'), '{}');
    await writeFile(root('video_annotation/gone.json'), '{}');
    report = await exportDataset({ roots: [root()], coco: at('broken-coco'), crops: at('broken-crops'), cropFrames });
  }, 60_000);

  it('says of every fault in which file and where it is', () => {
    const said = report.problems.map(({ path, problem }) => `${path.slice(root().length + 1)}: ${problem}`);
    expect(said).toEqual([
      expect.stringMatching(/^image_annotation\/000001\/1\.json: missing; /u),
      'image_annotation/000001/3.json: line 1, annotations[0]: a label that is no category: "帽子"',
      'image_annotation/000001/3.json: line 1, annotations[1]: a display that is not 0 or 1: 2',
      'image_annotation/000001/0.json: line 1, annotations[1]: box [40,60,80,120] reaches out of the 64x96 picture; cut to [40,60,64,96]',
      'image_annotation/000001/0.json: line 1, annotations[2]: box [70,10,90,40] has no pixel of the 64x96 picture; left out',
      expect.stringMatching(/^image\/000001\/2\.jpg: Cannot read the picture /u),
      expect.stringMatching(/^image_annotation\/000002\/0\.json: unreadable: .*JSON.*; what it is about is left out$/u),
      expect.stringMatching(
        /^video_annotation\/beyond\.json: line 1, frames\[1\]: .*beyond\.mp4 gives no frame 9; left out$/u,
      ),
      expect.stringMatching(
        /^video_annotation\/beyond\.json: line 1, frames\[2\]: .*beyond\.mp4 gives no frame 400; left out$/u,
      ),
      'video/beyond.mp4: It ends after 1 of the 3 frames that are wanted',
      'video_annotation/empty.json: no frame is annotated; the clip is left out',
      expect.stringMatching(
        /^video_annotation\/late\.json: line 1, frames\[0\]: .*late\.mp4 gives no frame 80; left out$/u,
      ),
      'video/late.mp4: It ends before the first of the 1 frames that are wanted',
      expect.stringMatching(
        /^video_annotation\/stills\.json: line 1, frames\[1\]: .*stills gives no frame 6; left out$/u,
      ),
      expect.stringMatching(
        /^video_annotation\/stills\.json: line 1, frames\[2\]: .*stills gives no frame 10; left out$/u,
      ),
      expect.stringMatching(/^video_frames\/stills\/10\.jpg: Cannot read the picture /u),
      'video_frames/stills: It ends after 1 of the 3 frames that are wanted',
      expect.stringMatching(/^video\/text\.mp4: Cannot read the clip .*Invalid data/u),
    ]);
  });

  it('accounts for every input', () => {
    expect(report.inputs).toMatchObject({ total: 10, done: 4, skipped: 3, failed: 3 });
    expect(report.boxes).toEqual({ clamped: 1, dropped: 1 });
    expect(report.inputs.ignored.map(({ path }) => path.slice(root().length + 1))).toEqual([
      'image_annotation/000009/0.json',
      'video_annotation/gone.json',
    ]);
  });

  it('exports what is sound', async () => {
    const { images, annotations } = await jsonOf('broken-coco/annotations/instances_train.json');
    expect(images.map((one: { file_name: string }) => one.file_name)).toEqual([
      'broken/picture/000001/0.jpg',
      'broken/picture/000001/3.jpg',
      'broken/clip/beyond/000002.jpg',
      'broken/clip/stills/000002.jpg',
    ]);
    expect(annotations.map((one: { bbox: unknown; label: string }) => [one.bbox, one.label])).toEqual([
      [[8, 16, 40, 64], '短裙'],
      [[40, 60, 24, 36], '短裙'],
      [[8, 16, 40, 64], '帽子'],
      [[8, 16, 40, 64], '短裙'],
      [[8, 16, 40, 64], '古风'],
      [[8, 16, 40, 64], '短裙'],
      [[8, 16, 40, 64], '短裙'],
    ]);
    expect((await rowsOf('broken-crops/crops.csv')).map((row) => row.split(',').slice(0, 2))).toEqual([
      ['0', 'crops/broken/picture/000001/0-0.jpg'],
      ['1', 'crops/broken/picture/000001/0-1.jpg'],
      ['0', 'crops/broken/picture/000001/3-0.jpg'],
      ['0', 'crops/broken/picture/000001/3-1.jpg'],
      ['0', 'crops/broken/picture/000001/3-2.jpg'],
      ['0', 'crops/broken/clip/beyond/2-0.jpg'],
      ['0', 'crops/broken/clip/stills/2-0.jpg'],
    ]);
  });
});

describe('exportDataset, split', { timeout: 60_000 }, () => {
  const splitsOf = async (name: string): Promise<readonly string[]> =>
    (await rowsOf(name)).map((row) => {
      const [label, path, split, isQuery, isGallery] = row.split(',');
      return [label, path?.split('/').slice(1, 4).join('/'), split, isQuery, isGallery].join(' ');
    });

  beforeAll(async () => {
    await writeAnnotatedShop(at('b', 'shop'), {
      items: { '000001': { '0.jpg': [skirt] } },
      clips: { z: { frames: 1, isStills: true, marks: { 2: [skirt] } } },
    });
  });

  it('keeps the ids of two roots apart, and gives roots for validation their roles', async () => {
    const roots = [at('b', 'shop')];
    const report = await exportDataset({
      roots,
      validation: [at('shop')],
      crops: at('split'),
      coco: at('split'),
      cropFrames,
    });
    expect(await splitsOf('split/crops.csv')).toEqual([
      '0 shop/picture/000001 train  ',
      '0 shop/clip/z train  ',
      '1 shop-2/picture/000001 validation True False',
      '1 shop-2/picture/000001 validation True False',
      '2 shop-2/picture/000002 validation True False',
      '1 shop-2/clip/a validation False True',
      '1 shop-2/clip/a validation False True',
      '2 shop-2/clip/b validation False True',
    ]);
    expect(report.crops).toMatchObject({ train: { crops: 2, identities: 1 }, validation: { crops: 6, identities: 2 } });
    expect(report.coco).toMatchObject({ train: { images: 2 }, validation: { images: 12, annotations: 12 } });
    const { images } = await jsonOf('split/annotations/instances_validation.json');
    expect(images[0]).toMatchObject({ id: 1, file_name: 'shop-2/picture/000001/0.jpg', root: 'shop-2' });
  });

  it('takes one id in two roots for one garment where they share their numbers', async () => {
    await exportDataset({ roots: [at('b', 'shop'), at('shop')], crops: at('shared'), cropFrames, sharedIds: true });
    expect((await splitsOf('shared/crops.csv')).map((row) => row[0]).join('')).toBe('00001001');
  });

  it('splits by share without losing anything, and takes a changed share from what is there', async () => {
    const options = { roots: [at('shop')], crops: at('share'), cropFrames };
    const none = await exportDataset(options);
    const all = await exportDataset({ ...options, validationShare: 1 });
    expect(none.crops).toMatchObject({ train: { crops: 6 }, validation: { crops: 0 } });
    expect(all.crops).toMatchObject({ train: { crops: 0 }, validation: { crops: 6 } });
    expect(all).toMatchObject({ frames: 0, inputs: { takenOver: 7 } });
  });
});

describe('exportDataset, refusals', () => {
  const refused = (options: object) => exportDataset({ roots: [at('shop')], coco: at('never'), ...options });

  it.each([
    { what: 'no format', options: { coco: undefined }, says: 'Expected `coco` or `crops`' },
    { what: 'no root', options: { roots: [] }, says: 'Expected `roots.length`' },
    { what: 'an empty path', options: { roots: [''] }, says: 'Expected `roots` to be a path' },
    { what: 'an empty folder', options: { crops: '' }, says: 'Expected `crops` to be a path' },
    { what: 'an empty validation root', options: { validation: [''] }, says: 'Expected `validation` to be a path' },
    { what: 'a share above 1', options: { validationShare: 1.5 }, says: 'Expected `validationShare`' },
    { what: 'a quality of 0', options: { quality: 0 }, says: 'Expected `quality`' },
    { what: 'frames that fall', options: { cropFrames: { last: 2 } }, says: 'Expected `cropFrames.last`' },
    { what: 'no decoder', options: { flow: { concurrency: 0 } }, says: 'Expected `flow.concurrency`' },
    { what: 'no room', options: { flow: { budgetBytes: 0 } }, says: 'Expected `flow.budgetBytes`' },
  ])('refuses $what before anything is written', async ({ options, says }) => {
    await expect(refused(options)).rejects.toThrow(TypeError);
    await expect(refused(options)).rejects.toThrow(says);
    expect(existsSync(at('never'))).toBe(false);
  });

  it('refuses a root that is missing or holds nothing', async () => {
    await mkdir(at('nothing/image'), { recursive: true });
    for (const root of [at('nowhere'), at('nothing')]) {
      await expect(refused({ roots: [at('shop'), root] })).rejects.toMatchObject({ code: 'dataset-invalid' });
    }
    expect(existsSync(at('never'))).toBe(false);
  });

  it('says in one sentence that a folder cannot be written', async () => {
    await writeFile(at('file'), '');
    await expect(refused({ coco: at('file') })).rejects.toMatchObject({
      code: 'file-unwritable',
      message: expect.stringMatching(/^Cannot .*file.*\.$/u),
    });
  });
});
