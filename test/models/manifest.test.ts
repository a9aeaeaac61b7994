import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseManifest } from '../../src/models/manifest.ts';
import { tinyBundle, tinyModels } from '../helpers/tiny-models.ts';

const text = readFileSync(join(tinyModels, 'manifest.json'), 'utf8');
const bundleText = readFileSync(join(tinyBundle, 'manifest.json'), 'utf8');
type Json = ReturnType<typeof JSON.parse>;

describe('parseManifest', () => {
  it('reads format 1', () => {
    const manifest = parseManifest(text, 'm.json');
    expect(manifest.name).toBe('tiny');
    expect(manifest.detector.clips).toEqual({ shortSide: 64, scoreMin: 0.8 });
    expect(manifest.embedders.map(({ name }) => name)).toEqual(['a', 'b', 'c', 'd']);
    expect(manifest.crops.sizes).toHaveLength(12);
  });

  it('reads files of a set beside this one', () => {
    const manifest = JSON.parse(text);
    manifest.embedders[1].file = '../compact/embedder-b.onnx';
    const { embedders } = parseManifest(JSON.stringify(manifest), 'm.json');
    expect(embedders[1]).toMatchObject({ file: '../compact/embedder-b.onnx' });
  });

  it.each<[what: string, change: (manifest: Json) => void, message: RegExp]>([
    ['an unknown key', (m) => (m.color = 1), /unknown key `color`/],
    ['an unknown key further in', (m) => (m.detector.clips.scale = 1), /unknown key `detector\.clips\.scale`/],
    ['an unknown key in a list', (m) => (m.embedders[2].kind = 'b7'), /unknown key `embedders\.2\.kind`/],
    ['two unknown keys', (m) => Object.assign(m, { x: 1, y: 2 }), /unknown key `x`; unknown key `y`/],
    ['another format', (m) => (m.format = 2), /`format`.*1/],
    ['a missing key', (m) => delete m.detector.maxSide, /`detector\.maxSide`.*number/],
    ['11 sizes', (m) => m.crops.sizes.pop(), /`crops\.sizes` must list 12 sizes/],
    ['13 sizes', (m) => m.crops.sizes.push([1, 1]), /`crops\.sizes` must list 12 sizes/],
    ['a size of 0', (m) => (m.crops.sizes[3] = [0, 9]), /`crops\.sizes\.3\.0`/],
    ['a threshold above 1', (m) => (m.detector.pictures.scoreMin = 1.1), /`detector\.pictures\.scoreMin`/],
    [
      'a digest of capitals',
      (m) => (m.detector.sha256 = 'A'.repeat(64)),
      /`detector\.sha256` must be 64 lower-case hex/,
    ],
    ['a file elsewhere', (m) => (m.detector.file = '../detector.onnx'), /`detector\.file` must be the name of a file/],
    ['a file further up', (m) => (m.detector.file = '../../a/b.onnx'), /`detector\.file` must be the name of a file/],
    ['a file down and up', (m) => (m.detector.file = '../a/../b.onnx'), /`detector\.file` must be the name of a file/],
    ['a path from the root', (m) => (m.detector.file = '/a/b.onnx'), /`detector\.file` must be the name of a file/],
    ['no embedder', (m) => (m.embedders = []), /`embedders`/],
    ['one name twice', (m) => (m.embedders[1].name = 'a'), /`embedders` must have different names/],
    ['a long side below the short one', (m) => (m.detector.maxSide = 63), /`detector\.maxSide` must be at least/],
    ['an embedder without a file', (m) => delete m.embedders[1].file, /`embedders\.1\.file`/],
    ['a feature of no numbers', (m) => (m.embedders[0].featureLength = 0), /`embedders\.0\.featureLength`/],
  ])('refuses %s and names it', (_, change, message) => {
    const manifest = JSON.parse(text);
    change(manifest);
    const parse = () => parseManifest(JSON.stringify(manifest), 'm.json');
    expect(parse).toThrow(message);
    expect(parse).toThrow(expect.objectContaining({ code: 'manifest-invalid', path: 'm.json' }));
  });

  it('reads a bundle', () => {
    const { embedders, bundle } = parseManifest(bundleText, 'm.json');
    expect(embedders.map(({ name, featureLength }) => [name, featureLength])).toEqual(
      ['a', 'b', 'c', 'd'].map((name) => [name, 512]),
    );
    expect(bundle?.file).toBe('embedders.onnx');
  });

  it.each<[what: string, change: (manifest: Json) => void, message: RegExp]>([
    [
      'a file beside the bundle',
      (m) => Object.assign(m.embedders[1], { file: 'b.onnx' }),
      /unknown key `embedders\.1\.file`/,
    ],
    ['a bundle without a file', (m) => delete m.bundle.file, /`bundle\.file`/],
    ['a bundle without digest', (m) => delete m.bundle.sha256, /`bundle\.sha256`/],
    ['an unknown key of the bundle', (m) => (m.bundle.parts = 4), /unknown key `bundle\.parts`/],
    ['a bundle of nothing', (m) => (m.embedders = []), /`embedders`/],
    ['one name twice', (m) => (m.embedders[1].name = 'a'), /`embedders` must have different names/],
    ['no bundle at all', (m) => (m.bundle = null), /`bundle`/],
  ])('refuses %s in a bundled set', (_, change, message) => {
    const manifest = JSON.parse(bundleText);
    change(manifest);
    expect(() => parseManifest(JSON.stringify(manifest), 'm.json')).toThrow(message);
  });

  it.each(['', '{', '[]', 'null'])('refuses %j', (json) => {
    expect(() => parseManifest(json, 'm.json')).toThrow(
      expect.objectContaining({ code: 'manifest-invalid', message: expect.stringContaining('m.json') }),
    );
  });
});
