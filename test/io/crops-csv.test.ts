import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type CropFile, type CropUnit, writeCropsCsv } from '../../src/io/crops-csv.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';

const crop = (instanceId: number, more: Partial<CropFile> = {}): CropFile => ({
  file: `crops/${instanceId}.jpg`,
  category: '短裙',
  bucket: 5,
  instanceId,
  ...more,
});
const unit = (split: CropUnit['split'], rows: readonly CropFile[], more: Partial<CropUnit> = {}): CropUnit => ({
  root: 'r',
  side: 'picture',
  owner: '1',
  split,
  rows,
  ...more,
});

async function write(...units: readonly CropUnit[]) {
  await using folder = await temporaryFolder();
  const path = join(folder.path, 'crops.csv');
  async function* inOrder(): AsyncGenerator<CropUnit> {
    yield* units;
  }
  const counts = await writeCropsCsv(path, inOrder(), {
    identityOf: ({ root }, { instanceId }) => `${root}/${instanceId}`,
  });
  const [header, ...rows] = (await readFile(path, 'utf8')).trimEnd().split('\n');
  return { counts, header, rows };
}

describe('writeCropsCsv', () => {
  it('labels identities densely in the order in which they come', async () => {
    const { counts, header, rows } = await write(
      unit('train', [crop(30), crop(20), crop(30)]),
      unit('train', [crop(20, { frameIndex: 0 })], { side: 'clip', owner: 'a' }),
      unit('validation', [crop(20), crop(40)], { root: 's' }),
      unit('validation', [crop(40, { frameIndex: 120 })], { root: 's', side: 'clip', owner: 'b' }),
    );
    expect(header).toBe(
      'label,path,split,is_query,is_gallery,category,aspect_bucket,side,instance_id,owner,frame,root',
    );
    expect(rows).toEqual([
      '0,crops/30.jpg,train,,,短裙,5,picture,30,1,,r',
      '1,crops/20.jpg,train,,,短裙,5,picture,20,1,,r',
      '0,crops/30.jpg,train,,,短裙,5,picture,30,1,,r',
      '1,crops/20.jpg,train,,,短裙,5,clip,20,a,0,r',
      '2,crops/20.jpg,validation,True,False,短裙,5,picture,20,1,,s',
      '3,crops/40.jpg,validation,True,False,短裙,5,picture,40,1,,s',
      '3,crops/40.jpg,validation,False,True,短裙,5,clip,40,b,120,s',
    ]);
    expect(counts).toEqual({ train: { crops: 4, identities: 2 }, validation: { crops: 3, identities: 2 } });
  });

  it.each([
    { category: 'a,b', quoted: '"a,b"' },
    { category: 'say "hat"', quoted: '"say ""hat"""' },
    { category: 'plain', quoted: 'plain' },
    { category: 'a\rb', quoted: '"a\rb"' },
  ])('quotes $category as RFC 4180 says', async ({ category, quoted }) => {
    const { rows } = await write(unit('train', [crop(1, { category })]));
    expect(rows).toEqual([`0,crops/1.jpg,train,,,${quoted},5,picture,1,1,,r`]);
  });
});
