import { mkdir, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { assertApart } from '../../src/io/assert-apart.ts';
import { exportDataset } from '../../src/pipelines/export-dataset.ts';
import { matchDataset } from '../../src/pipelines/match-dataset.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
const at = (...names: readonly string[]): string => join(folder.path, ...names);

/** A shop whose clips are elsewhere, and a link to it. */
beforeAll(async () => {
  folder = await temporaryFolder();
  for (const path of [at('shop', 'image', '1'), at('clips')]) await mkdir(path, { recursive: true });
  await symlink(at('clips'), at('shop', 'video'));
  await symlink(at('shop'), at('link'));
});
afterAll(() => folder[Symbol.asyncDispose]());

describe('assertApart', () => {
  it.each([
    { out: 'shop', root: 'shop', why: 'which is what is read' },
    { out: join('clips', '..', 'link'), root: 'shop', why: 'which is what is read' },
    { out: 'shop', root: 'link', why: 'which is what is read' },
    { out: join('shop', 'image'), root: 'shop', why: 'image, which is read' },
    { out: join('link', 'image', '1', 'run'), root: 'shop', why: 'image, which is read' },
    { out: join('clips', 'run'), root: 'shop', why: 'video, which is read' },
    { out: join('shop', 'video_annotation'), root: 'shop', why: 'video_annotation, which is read' },
  ])('refuses $out for $root', ({ out, root, why }) => {
    const [path, read] = [at(out), at(root)];
    const check = (): void => assertApart(path, { name: 'out', root: read });
    expect(check).toThrow(expect.objectContaining({ code: 'options-invalid', path }));
    expect(check).toThrow(`Expected \`out\` to be a folder of its own, got ${path}, which is`);
    expect(check).toThrow(`${why}; name another one, such as ${join(read, 'run')}`);
  });

  it.each(['run', join('shop', 'run'), join('shop', 'images'), join('link', 'run', 'image'), join('shop', '..')])(
    'takes %s',
    (out) => {
      expect(() => assertApart(at(out), { name: 'out', root: at('shop') })).not.toThrow();
    },
  );

  it.each<{ what: string; name: string; run: (root: string) => Promise<unknown> }>([
    { what: 'a match', name: 'out', run: (root) => matchDataset({ root, out: root }) },
    { what: 'an export', name: 'coco', run: (root) => exportDataset({ roots: [root], coco: root }) },
    {
      what: 'an export',
      name: 'crops',
      run: (root) => exportDataset({ roots: [at('other')], validation: [root], coco: at('coco'), crops: root }),
    },
  ])('is asked for by $what of its $name', async ({ name, run }) => {
    await expect(run(at('shop'))).rejects.toThrow(`Expected \`${name}\` to be a folder of its own`);
  });
});
