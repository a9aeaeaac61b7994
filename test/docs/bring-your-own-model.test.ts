import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { parseManifest } from '../../src/models/manifest.ts';

const page = await readFile(
  fileURLToPath(new URL('../../docs/guide/bring-your-own-model.md', import.meta.url)),
  'utf8',
);
const [whole = '', bundle = ''] = [...page.matchAll(/```json\n(.*?)```/gs)].map(([, block = '']) => block);

describe('bring-your-own-model.md', () => {
  it('shows a whole manifest that is valid', () => {
    const { embedders, crops } = parseManifest(whole, 'the page');
    expect(embedders).toHaveLength(1);
    expect(crops.sizes).toHaveLength(12);
  });

  it('shows a bundle that fits into it', () => {
    const manifest = { ...JSON.parse(whole), ...JSON.parse(`{${bundle}}`) };
    expect(parseManifest(JSON.stringify(manifest), 'the page').bundle?.file).toBe('embedders.onnx');
  });
});
