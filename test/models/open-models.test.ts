import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { firstValueFrom } from 'rxjs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type WatchWork, type Work } from '../../src/core/work.ts';
import { type Models, openModels, type OpenModelsOptions } from '../../src/models/open-models.ts';
import { copyTinyModels, nearestResize, picture, tinyBundle, tinyModels } from '../helpers/tiny-models.ts';

const options: OpenModelsOptions = { folder: tinyModels, resize: nearestResize, device: 'cpu', lanes: 2 };
const red = { box: [20, 40, 60, 120], color: [255, 0, 0] } as const;
const blue = { box: [64, 8, 120, 32], color: [0, 0, 255] } as const;

describe('openModels', () => {
  let models: Models;
  beforeAll(async () => {
    models = await openModels(options);
  }, 60_000);
  afterAll(() => models[Symbol.asyncDispose]());

  it('finds boxes in pixels of the frame', async () => {
    const frames = [picture([128, 192], [red, blue]), picture([128, 192]), picture([128, 192], [blue])];
    const found = await firstValueFrom(models.detector.detect(frames, 'gallery'));
    expect(found.map((boxes) => boxes.map(({ box }) => box))).toEqual([[red.box, blue.box], [], [blue.box]]);
    expect(found[0]?.[0]?.score).toBe(1);
  });

  it('gives equal features to equal looks only, at unit length', async () => {
    const crops = [picture([64, 128], [red]), picture([64, 128]), picture([64, 128], [red])];
    const [first, other, same] = await firstValueFrom(models.embedder.embed(crops));
    expect(models.embedder.featureLength).toBe(2048);
    expect(first).toHaveLength(2048);
    expect(same).toEqual(first);
    expect(other).not.toEqual(first);
    expect(first?.reduce((sum, value) => sum + value * value, 0)).toBeCloseTo(1, 5);
  });

  it('does not answer differently when calls overlap', async () => {
    const crops = Array.from({ length: 12 }, (_, index) =>
      picture([40, 64], [{ box: [0, 0, 20, 30], color: [index * 20, 90, 255 - index * 20] }]),
    );
    const [together, ...alone] = await Promise.all([
      firstValueFrom(models.embedder.embed(crops)),
      ...crops.map((crop) => firstValueFrom(models.embedder.embed([crop]))),
    ]);
    expect(new Set(alone.map(([feature]) => feature?.join())).size).toBe(12);
    for (const [index, feature] of (together ?? []).entries()) {
      const cosine = alone[index]?.[0]?.reduce((sum, value, at) => sum + value * (feature[at] ?? 0), 0);
      expect(cosine).toBeCloseTo(1, 5);
    }
  });

  it('reports device, lanes and warm-up', () => {
    expect(models.device).toEqual({ device: 'cpu', asked: 'cpu', lanes: 2, passedOver: [] });
    expect(models.warmUpMs).toBeGreaterThan(0);
    expect(models.set.name).toBe('tiny');
  });

  it('tells of each run of a model on its lane, and of the first ones as warm-up', async () => {
    const begun: Work[] = [];
    const ended: Work[] = [];
    const watch: WatchWork = (work) => {
      begun.push(work);
      return ({ times } = {}) => void (times && ended.push(work));
    };
    await using watched = await openModels({ ...options, watch });
    const names = ['detector', ...watched.set.embedders.map(({ name }) => `embedder ${name}`)];
    const runsOf = (slot: number): readonly Work[] => begun.filter((work) => work.slot === slot);
    for (const slot of [0, 1]) {
      expect(runsOf(slot)).toEqual(
        names.map((name) => ({ place: 'lane', slot, name, isWarmUp: true, facts: { batch: 1 } })),
      );
    }
    const frames = [picture([128, 192], [red]), picture([128, 192])];
    await firstValueFrom(watched.detector.detect(frames, 'gallery'));
    expect(begun.slice(names.length * 2)).toMatchObject([{ name: 'detector', isWarmUp: false, facts: { batch: 2 } }]);
    expect(new Set(ended)).toEqual(new Set(begun));
  });

  it('fails what is asked of it after it was closed', async () => {
    const closed = await openModels({ ...options, lanes: 1 });
    await closed[Symbol.asyncDispose]();
    await expect(firstValueFrom(closed.embedder.embed([picture([40, 64])]))).rejects.toMatchObject({
      code: 'inference-failed',
    });
  });

  it('ends with the reason of its signal', async () => {
    const reason = new Error('enough');
    await expect(openModels({ ...options, signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
    const controller = new AbortController();
    const opening = openModels({ ...options, signal: controller.signal });
    setTimeout(() => controller.abort(reason), 20);
    await expect(opening).rejects.toBe(reason);
  });

  it('gives the same from a bundle as from separate files', async () => {
    await using bundled = await openModels({ ...options, folder: tinyBundle, lanes: 1 });
    const crops = [picture([64, 128], [red]), picture([64, 128], [{ box: [0, 0, 20, 30], color: [10, 90, 200] }])];
    const [separate, together] = await Promise.all(
      [models, bundled].map(({ embedder }) => firstValueFrom(embedder.embed(crops))),
    );
    expect(bundled.embedder.featureLength).toBe(2048);
    expect(together).toHaveLength(2);
    for (const [row, feature] of (together ?? []).entries()) {
      const off = feature.map((value, index) => Math.abs(value - (separate?.[row]?.[index] ?? Infinity)));
      expect(Math.max(...off)).toBeLessThan(1e-5);
    }
    expect(together?.[0]).not.toEqual(together?.[1]);
  });

  it('refuses a manifest that promises more than its bundle gives', async () => {
    await using copy = await copyTinyModels(tinyBundle);
    await copy.edit((manifest) => manifest.embedders.pop());
    await expect(openModels({ ...options, folder: copy.folder, lanes: 1 })).rejects.toMatchObject({
      code: 'model-invalid',
      path: join(copy.folder, 'embedders.onnx'),
      message: expect.stringContaining('shape [1, 2048], expected [1, 1536]'),
    });
  });

  it('refuses a manifest that describes another feature', async () => {
    await using copy = await copyTinyModels();
    await copy.edit((manifest) => Object.assign(manifest.embedders[1], { featureLength: 256 }));
    await expect(openModels({ ...options, folder: copy.folder, lanes: 1 })).rejects.toMatchObject({
      code: 'model-invalid',
      path: join(copy.folder, 'embedder-b.onnx'),
      message: expect.stringContaining('shape [1, 512], expected [1, 256]'),
    });
  });

  it('refuses features that are not of unit length', async () => {
    await using copy = await copyTinyModels();
    const bytes = await readFile(join(tinyModels, 'embedder-b.onnx'));
    // The least divisor, 1e-12: lengths are divided by at least 1000 instead.
    const at = bytes.indexOf(Buffer.from(Float32Array.of(1e-12).buffer));
    expect(at).toBeGreaterThan(0);
    bytes.writeFloatLE(1000, at);
    await copy.replace('embedder-b.onnx', bytes);
    await expect(openModels({ ...options, folder: copy.folder, lanes: 1 })).rejects.toMatchObject({
      code: 'model-invalid',
      path: join(copy.folder, 'embedder-b.onnx'),
      message: expect.stringMatching(/a feature of length 0\.\d+, expected 1; its graph must end with an l2-norm/),
    });
  });

  it('refuses a file with another contract', async () => {
    await using copy = await copyTinyModels();
    await copy.replace('embedder-d.onnx', await readFile(join(tinyModels, 'detector.onnx')));
    await expect(openModels({ ...options, folder: copy.folder })).rejects.toMatchObject({ code: 'model-invalid' });
  });

  it.each([
    ['lanes', 0],
    ['detectorBatch', 1.5],
    ['embedderBatch', -1],
  ])('refuses a `%s` of %d', async (name, value) => {
    await expect(openModels({ ...options, [name]: value })).rejects.toThrow(
      `Expected \`${name}\` to be an integer from 1`,
    );
  });
});
