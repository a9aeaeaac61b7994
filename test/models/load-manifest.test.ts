import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadManifest } from '../../src/models/load-manifest.ts';
import { compactInt8Models, compactModels } from '../../src/pipelines/package-folder.ts';
import { copyTinyModels, tinyBundle, tinyModels } from '../helpers/tiny-models.ts';

describe('loadManifest', () => {
  it('gives the files, sizes and thresholds of a folder', async () => {
    const set = await loadManifest(tinyModels);
    expect(set.name).toBe('tiny');
    expect(set.detector.path).toBe(join(tinyModels, 'detector.onnx'));
    expect(set.embedders.map(({ path }) => path)).toEqual(
      ['a', 'b', 'c', 'd'].map((name) => join(tinyModels, `embedder-${name}.onnx`)),
    );
    expect(set.cropSizes).toHaveLength(12);
    expect(set.fingerprint).toMatch(/^[0-9a-f]{64}$/);
  });

  it('gives a bundle as one graph with the names of its embedders', async () => {
    const set = await loadManifest(tinyBundle);
    const path = join(tinyBundle, 'embedders.onnx');
    expect(set.embedders).toEqual([{ name: 'a+b+c+d', path, featureLength: 2048 }]);
  });

  it('finds embedders in the set beside that they belong to', async () => {
    const [set, compact] = await Promise.all([loadManifest(compactInt8Models), loadManifest(compactModels)]);
    expect(set.embedders).toEqual(compact.embedders);
    expect(set.detector).toEqual({ ...compact.detector, path: join(compactInt8Models, 'detector.onnx') });
    expect(set.fingerprint).not.toBe(compact.fingerprint);
  });

  it('takes a bundle for another set than its embedders', async () => {
    const { fingerprint } = await loadManifest(tinyBundle);
    expect(fingerprint).not.toBe((await loadManifest(tinyModels)).fingerprint);
    await using copy = await copyTinyModels(tinyBundle);
    expect((await loadManifest(copy.folder)).fingerprint).toBe(fingerprint);
    const detector = await readFile(join(tinyBundle, 'detector.onnx'));
    await copy.replace('embedders.onnx', detector);
    expect((await loadManifest(copy.folder)).fingerprint).not.toBe(fingerprint);
  });

  it('refuses a bundle that is not the one of the manifest', async () => {
    await using copy = await copyTinyModels(tinyBundle);
    await copy.replace('embedders.onnx', new Uint8Array([1, 2, 3]), { keepDigest: true });
    await expect(loadManifest(copy.folder)).rejects.toMatchObject({
      code: 'model-invalid',
      path: join(copy.folder, 'embedders.onnx'),
    });
  });

  it('fingerprints what decides a result and nothing else', async () => {
    await using copy = await copyTinyModels();
    const { fingerprint } = await loadManifest(copy.folder);
    await copy.edit((manifest) => Object.assign(manifest.provenance, { commit: 'another' }));
    expect((await loadManifest(copy.folder)).fingerprint).toBe(fingerprint);
    await copy.edit((manifest) => Object.assign(manifest.detector.clips, { scoreMin: 0.81 }));
    expect((await loadManifest(copy.folder)).fingerprint).not.toBe(fingerprint);
  });

  it('refuses a folder without a manifest', async () => {
    await expect(loadManifest('/no/such/folder')).rejects.toMatchObject({
      code: 'manifest-invalid',
      message: expect.stringMatching(/^No model manifest at \/no\/such\/folder\/manifest\.json .*ENOENT/),
    });
  });

  it('refuses a missing model file', async () => {
    await using copy = await copyTinyModels();
    const path = join(copy.folder, 'embedder-c.onnx');
    await rm(path);
    await expect(loadManifest(copy.folder)).rejects.toMatchObject({
      code: 'model-invalid',
      path,
      message: expect.stringContaining(path),
    });
  });

  it('refuses a file that is not the one of the manifest', async () => {
    await using copy = await copyTinyModels();
    await copy.replace('embedder-b.onnx', new Uint8Array([1, 2, 3]), { keepDigest: true });
    await expect(loadManifest(copy.folder)).rejects.toMatchObject({
      code: 'model-invalid',
      path: join(copy.folder, 'embedder-b.onnx'),
      message: expect.stringMatching(/has SHA-256 039058c6\w+, but its manifest says/),
    });
  });
});
