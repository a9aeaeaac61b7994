import { cp, mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { firstValueFrom } from 'rxjs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Box, iou } from '../../src/core/box.ts';
import { type Detection } from '../../src/core/detection.ts';
import { type Detector } from '../../src/core/ports.ts';
import { type RgbImage } from '../../src/core/rgb-image.ts';
import { cropResample } from '../../src/media/crop-resample.ts';
import { decodePicture } from '../../src/media/decode-picture.ts';
import { resizePicture } from '../../src/media/resize-picture.ts';
import { chooseDevice } from '../../src/models/choose-device.ts';
import { fixedShapes } from '../../src/models/fixed-shapes.ts';
import { hasGraphicsDevice } from '../../src/models/has-graphics-device.ts';
import { lanePool } from '../../src/models/lane-pool.ts';
import { probeDevice } from '../../src/models/list-devices.ts';
import { detectorContract } from '../../src/models/model-contract.ts';
import { detectorModel, onnxDetector } from '../../src/models/onnx-detector.ts';
import { openLane } from '../../src/models/open-lane.ts';
import { type Models, openModels } from '../../src/models/open-models.ts';
import { runMain } from '../helpers/run-main.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';
import { copyTinyModels, type ModelsCopy } from '../helpers/tiny-models.ts';

const fixtures = fileURLToPath(new URL('../../fixtures', import.meta.url));

/** Time of a probe from which on the models would take more than a few minutes, in milliseconds. */
const tooSlowMs = 1000;

const status = await probeDevice('webgpu');
const obstacle = status.isAvailable
  ? (status.probeMs ?? 0) > tooSlowMs &&
    `a probe of its driver took ${Math.round(status.probeMs ?? 0)} ms, so these would take hours`
  : `${status.reason}; docs/devices.md says which driver will do`;
const skipped = obstacle === false ? '' : ` (skipped: ${obstacle})`;

const batches = { detectorBatch: 2, embedderBatch: 2 };
const limits = { timeout: 300_000 };

/** How far numbers may be from those of the CPU; measured were 3e-5 pixels, 3e-7 and 5e-7. */
const tolerance = { px: 1e-2, score: 1e-4, feature: 1e-5 };

/** How well a box must cover the one of the CPU, which pads no frame: convolutions look beyond the frame's edge. Measured was 0.91. */
const paddedIou = 0.85;

describe.skipIf(obstacle !== false)(`webgpu${skipped}`, limits, () => {
  let copy: ModelsCopy;
  let gpu: Models;
  let cpu: Models;
  /** The detector on the CPU, fed as the one on webgpu is. */
  let padded: Detector;
  let close: () => Promise<void>;
  let pictures: readonly RgbImage[];
  let crops: readonly RgbImage[];

  beforeAll(async () => {
    copy = await copyTinyModels(join(fixtures, 'models/compact'));
    // One canvas in place of five and two embedders of four: a driver in software takes its time for each shape of the warm-up.
    await copy.edit((manifest) => {
      manifest.detector.maxSide = 256;
      manifest.embedders = manifest.embedders.filter(({ name }: { name: string }) => 'ac'.includes(name));
    });
    const options = { folder: copy.folder, resize: resizePicture, ...batches };
    cpu = await openModels({ ...options, device: 'cpu', lanes: 1 });
    gpu = await openModels({ ...options, device: 'webgpu' });
    const { set } = cpu;
    const model = { name: detectorModel, path: set.detector.path, contract: detectorContract };
    const pool = lanePool([await openLane({ provider: 'cpu', models: [model] })]);
    padded = onnxDetector({ pool, set, resize: resizePicture, fixed: fixedShapes({ set, ...batches }) });
    close = async () => {
      await Promise.all([gpu, cpu, pool, copy].map((one) => one[Symbol.asyncDispose]()));
    };
    pictures = await Promise.all(
      ['000002', '000003'].map(async (item) =>
        resizePicture(await decodePicture(join(fixtures, `shop/image/${item}/0.jpg`)), [384, 512]),
      ),
    );
    crops = pictures.map((picture) => cropResample(picture, [100, 60, 290, 430], cpu.embedder.cropSizes[3] ?? [1, 1]));
  }, 300_000);
  afterAll(() => close());

  const detect = (detector: Detector, images: readonly RgbImage[]): Promise<readonly (readonly Detection[])[]> =>
    firstValueFrom(detector.detect(images, 'gallery'));

  it('runs on one lane of fixed shapes, and says what speaks against a driver in software', () => {
    expect(gpu.device).toMatchObject({ device: 'webgpu', asked: 'webgpu', lanes: 1, passedOver: [] });
    expect(gpu.device.drawback ?? '').toMatch(status.isWorthwhile ? /^$/ : /CPU/);
  });

  it.skipIf(hasGraphicsDevice())('is not taken by auto when its driver is software', async () => {
    await expect(chooseDevice('auto', { hasGraphics: () => true })).resolves.toMatchObject({
      device: 'cpu',
      passedOver: [{ device: 'cuda' }, { device: 'webgpu', reason: expect.stringMatching(/CPU/) }],
    });
  });

  it.each([1, 2])('finds the boxes of the CPU in a batch of %d', async (count) => {
    const images = pictures.slice(0, count);
    const [found, expected] = await Promise.all([detect(gpu.detector, images), detect(padded, images)]);
    expect(expected.map((boxes) => boxes.length > 0)).toEqual(images.map(() => true));
    expectNear(found, expected, tolerance);
  });

  it('finds in a padded frame what the CPU finds in the frame alone', async () => {
    const [found, expected] = await Promise.all([detect(gpu.detector, pictures), detect(cpu.detector, pictures)]);
    expect(found.map((boxes) => boxes.length)).toEqual(expected.map((boxes) => boxes.length));
    const covers = found.flatMap((boxes, frame) =>
      boxes.map(({ box }, index) => iou(box, expected[frame]?.[index]?.box ?? [0, 0, 0, 0])),
    );
    expect(Math.min(...covers)).toBeGreaterThan(paddedIou);
  });

  it.each([1, 2])('gives the features of the CPU in a batch of %d', async (count) => {
    const some = crops.slice(0, count);
    const [found, expected] = await Promise.all([gpu, cpu].map(({ embedder }) => firstValueFrom(embedder.embed(some))));
    expect(found).toHaveLength(count);
    for (const [row, feature] of (found ?? []).entries()) {
      const off = feature.map((value, index) => Math.abs(value - (expected?.[row]?.[index] ?? Infinity)));
      expect(Math.max(...off)).toBeLessThan(tolerance.feature);
    }
    expect(count === 2 && found?.[0]).not.toEqual(found?.[1]);
  });

  it('matches a shop as the CPU does, and says on what', async () => {
    await using shop = await temporaryFolder();
    for (const id of ['000002', '000003']) {
      await mkdir(join(shop.path, 'image', id), { recursive: true });
      await mkdir(join(shop.path, 'video'), { recursive: true });
      await cp(join(fixtures, `shop/image/${id}/0.jpg`), join(shop.path, 'image', id, '0.jpg'));
      await cp(join(fixtures, `shop/video/${id}.mp4`), join(shop.path, 'video', `${id}.mp4`));
    }
    const match = async (device: string): Promise<Record<string, Answer>> => {
      const out = join(shop.path, device);
      const run = ['match', shop.path, '--out', out, '--models', copy.folder, '--device', device];
      const flow = ['--frames', '80:120:40', '--detector-batch', '2', '--embedder-batch', '2'];
      const { exitCode, stderr } = await runMain(...run, ...flow);
      expect(exitCode).toBe(0);
      expect(stderr).toContain(`models compact on ${device}, `);
      return JSON.parse(await readFile(join(out, 'result.json'), 'utf8'));
    };
    const [found, expected] = [await match('webgpu'), await match('cpu')];
    expect(Object.keys(expected)).not.toEqual([]);
    expect(boxless(found)).toEqual(boxless(expected));
    const covers = boxesOf(found).map((box, index) => iou(box, boxesOf(expected)[index] ?? [0, 0, 0, 0]));
    expect(Math.min(...covers)).toBeGreaterThan(paddedIou);
  });
});

interface Answer {
  readonly item_id: string;
  readonly frame_index: number;
  readonly result: readonly { readonly img_name: string; readonly item_box: Box; readonly frame_box: Box }[];
}

/** What is answered but for the boxes, which padding moves. */
function boxless(answers: Record<string, Answer>): unknown {
  return Object.entries(answers).map(([clip, { item_id, frame_index, result }]) => {
    return { clip, item_id, frame_index, pictures: result.map(({ img_name }) => img_name) };
  });
}

function boxesOf(answers: Record<string, Answer>): readonly Box[] {
  return Object.values(answers).flatMap(({ result }) =>
    result.flatMap(({ item_box, frame_box }) => [item_box, frame_box]),
  );
}

function expectNear(
  found: readonly (readonly Detection[])[],
  expected: readonly (readonly Detection[])[],
  { px, score }: { readonly px: number; readonly score: number },
): void {
  expect(found.map((boxes) => boxes.length)).toEqual(expected.map((boxes) => boxes.length));
  for (const [frame, boxes] of found.entries()) {
    for (const [index, { box, score: one }] of boxes.entries()) {
      const other = expected[frame]?.[index];
      expect(Math.max(...box.map((edge, side) => Math.abs(edge - (other?.box[side] ?? Infinity))))).toBeLessThan(px);
      expect(Math.abs(one - (other?.score ?? Infinity))).toBeLessThan(score);
    }
  }
}
