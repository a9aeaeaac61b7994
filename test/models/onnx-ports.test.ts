import { firstValueFrom, of } from 'rxjs';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type CropSize } from '../../src/core/bucket.ts';
import { type RgbImage } from '../../src/core/rgb-image.ts';
import { type LaneJob, type LanePool } from '../../src/models/lane-pool.ts';
import { type LaneOutputs } from '../../src/models/lane-protocol.ts';
import { loadManifest } from '../../src/models/load-manifest.ts';
import { type TakeMemory } from '../../src/models/memory-pool.ts';
import { onnxDetector } from '../../src/models/onnx-detector.ts';
import { onnxEmbedder } from '../../src/models/onnx-embedder.ts';
import { type FixedShapes } from '../../src/models/pack-images.ts';
import { nearestResize, picture, tinyModels } from '../helpers/tiny-models.ts';

const set = await loadManifest(tinyModels);
const fixed: FixedShapes = { detectorBatch: 4, embedderBatch: 3, canvasOf: () => [128, 128] };

/** A pool that notes what is asked and gives back what the test says. */
function fakePool(answer: (job: LaneJob) => LaneOutputs): LanePool & { jobs: (LaneJob & { bytes: number })[] } {
  const jobs: (LaneJob & { bytes: number })[] = [];
  return {
    jobs,
    run(job) {
      jobs.push({ ...job, bytes: job.pack((bytes) => new Uint8Array(bytes)).length });
      return of(answer(job));
    },
    async [Symbol.asyncDispose]() {},
  };
}

function found(rows: readonly (readonly [frame: number, score: number, ...box: number[]])[]): LaneOutputs {
  return {
    boxes: { data: Float32Array.from(rows.flatMap(([, , ...box]) => box)), dims: [rows.length, 4] },
    scores: { data: Float32Array.from(rows.map(([, score]) => score)), dims: [rows.length] },
    frame: { data: BigInt64Array.from(rows.map(([frame]) => BigInt(frame))), dims: [rows.length] },
  };
}

describe('onnxDetector', () => {
  it('asks with all frames at the short side in one job', async () => {
    const pool = fakePool(() => found([]));
    const detector = onnxDetector({ pool, set, resize: nearestResize });
    const frames = [picture([540, 960]), picture([540, 960])];
    await expect(firstValueFrom(detector.detect(frames, 'gallery'))).resolves.toEqual([[], []]);
    expect(pool.jobs).toMatchObject([{ model: 'detector', dims: [2, 114, 64, 3], bytes: 2 * 114 * 64 * 3 }]);
  });

  it('does not resize what has the size', async () => {
    const resize = vi.fn(nearestResize);
    const detector = onnxDetector({ pool: fakePool(() => found([])), set, resize });
    await firstValueFrom(detector.detect([picture([64, 100])], 'gallery'));
    expect(resize).not.toHaveBeenCalled();
    await firstValueFrom(detector.detect([picture([65, 100])], 'gallery'));
    expect(resize).toHaveBeenCalledOnce();
  });

  it('resizes into memory of images that have been packed, and leaves pixels alone that a resizer has of its own', async () => {
    const own = picture([64, 64]);
    const used: ArrayBufferLike[] = [];
    const resize = vi.fn((image: RgbImage, [width, height]: CropSize, take: TakeMemory) => {
      if (image.width === 66) return own;
      const data = take(width * height * 3).fill(7);
      used.push(data.buffer);
      return { width, height, data };
    });
    const detector = onnxDetector({ pool: fakePool(() => found([])), set, resize });
    const frames = [picture([65, 65]), picture([65, 65])];
    await firstValueFrom(detector.detect([picture([66, 66])], 'gallery'));
    await firstValueFrom(detector.detect(frames, 'gallery'));
    await firstValueFrom(detector.detect(frames, 'gallery'));
    expect(used[1]).not.toBe(used[0]);
    expect(new Set(used)).toEqual(new Set(used.slice(0, 2)));
    expect(used).not.toContain(own.data.buffer);
  });

  describe('between two images', () => {
    beforeEach(() => void vi.useFakeTimers());
    afterEach(() => void vi.useRealTimers());
    const frames = [picture([65, 65]), picture([65, 65]), picture([65, 65])];

    it('gives the event loop a turn', () => {
      const resize = vi.fn(nearestResize);
      const seen = vi.fn();
      const detector = onnxDetector({ pool: fakePool(() => found([])), set, resize });
      detector.detect(frames, 'gallery').subscribe(seen);
      for (let resized = 0; resized <= 3; resized += 1) {
        expect(resize).toHaveBeenCalledTimes(resized);
        vi.advanceTimersToNextTimer();
      }
      expect(seen).toHaveBeenCalledWith([[], [], []]);
    });

    it('stops when nobody waits any more', () => {
      const resize = vi.fn(nearestResize);
      const pool = fakePool(() => found([]));
      const waiting = onnxDetector({ pool, set, resize }).detect(frames, 'gallery').subscribe();
      vi.advanceTimersToNextTimer();
      waiting.unsubscribe();
      expect(vi.getTimerCount()).toBe(0);
      expect(resize).toHaveBeenCalledOnce();
      expect(pool.jobs).toEqual([]);
    });
  });

  it('scales boxes back by each axis, edges exactly onto edges', async () => {
    const pool = fakePool(() => found([[0, 0.9, 0, 57, 64, 114]]));
    const detector = onnxDetector({ pool, set, resize: nearestResize });
    const [boxes] = await firstValueFrom(detector.detect([picture([540, 960])], 'gallery'));
    expect(boxes?.[0]?.box).toEqual([0, 480, 540, 960]);
  });

  it('uses the threshold of the side, exclusively', async () => {
    const pool = fakePool(() => found([0.9, 0.75, 0.5].map((score) => [0, score, 1, 1, 2, 2])));
    const detector = onnxDetector({ pool, set, resize: nearestResize });
    const scores = async (side: 'query' | 'gallery') =>
      (await firstValueFrom(detector.detect([picture([64, 64])], side)))[0]?.map(({ score }) => Math.fround(score));
    await expect(scores('gallery')).resolves.toEqual([Math.fround(0.9)]);
    await expect(scores('query')).resolves.toEqual([Math.fround(0.9), 0.75]);
  });

  it('pads to the fixed shape and forgets what is found in the padding', async () => {
    const pool = fakePool(() =>
      found([
        [0, 0.9, 60, 100, 120, 128],
        [2, 0.9, 0, 0, 9, 9],
      ]),
    );
    const detector = onnxDetector({ pool, set, resize: nearestResize, fixed });
    const result = await firstValueFrom(detector.detect([picture([64, 114]), picture([64, 114])], 'gallery'));
    expect(pool.jobs[0]?.dims).toEqual([4, 128, 128, 3]);
    expect(result.map((boxes) => boxes.map(({ box }) => box))).toEqual([[[60, 100, 64, 114]], []]);
  });

  it('answers no frames with nothing, and refuses frames of two sizes', async () => {
    const pool = fakePool(() => found([]));
    const detector = onnxDetector({ pool, set, resize: nearestResize });
    await expect(firstValueFrom(detector.detect([], 'query'))).resolves.toEqual([]);
    expect(pool.jobs).toEqual([]);
    expect(() => detector.detect([picture([8, 8]), picture([8, 9])], 'query')).toThrow(
      'Expected `images` to have one size, got 8x8 and 8x9',
    );
  });

  it('refuses outputs that do not belong together', async () => {
    const pool = fakePool(() => ({ ...found([[0, 1, 0, 0, 1, 1]]), frame: { data: new BigInt64Array(2), dims: [2] } }));
    const detector = onnxDetector({ pool, set, resize: nearestResize });
    await expect(firstValueFrom(detector.detect([picture([8, 8])], 'query'))).rejects.toMatchObject({
      code: 'model-invalid',
    });
  });
});

describe('onnxEmbedder', () => {
  const features = ({ model, dims: [count = 0] }: LaneJob): LaneOutputs => {
    const data = new Float32Array(count * 512);
    for (let row = 0; row < count; row += 1) data[row * 512 + 'abcd'.indexOf(model.at(-1) ?? '')] = row + 1;
    return { features: { data, dims: [count, 512] } };
  };

  it('runs every embedder ahead of the detector and joins their vectors in order', async () => {
    const pool = fakePool(features);
    const embedder = onnxEmbedder({ pool, set });
    const [first, second] = await firstValueFrom(embedder.embed([picture([4, 6]), picture([4, 6])]));
    expect(pool.jobs.map(({ model, dims, rank }) => [model, dims, rank])).toEqual(
      ['a', 'b', 'c', 'd'].map((name) => [`embedder ${name}`, [2, 6, 4, 3], 0]),
    );
    const at = [...(first ?? [])].flatMap((value, index) => (value === 0 ? [] : [[index, value]]));
    expect(at).toEqual([
      [0, 0.5],
      [513, 0.5],
      [1026, 0.5],
      [1539, 0.5],
    ]);
    expect(second).toEqual(first);
    expect(second?.buffer).not.toBe(first?.buffer);
  });

  it('pads to the fixed batch and gives back the real rows', async () => {
    const pool = fakePool(features);
    const embedder = onnxEmbedder({ pool, set, fixed });
    await expect(firstValueFrom(embedder.embed([picture([4, 6])]))).resolves.toHaveLength(1);
    expect(pool.jobs[0]?.dims).toEqual([3, 6, 4, 3]);
  });

  it('answers no crops with nothing, and refuses crops of two sizes', async () => {
    const embedder = onnxEmbedder({ pool: fakePool(features), set });
    await expect(firstValueFrom(embedder.embed([]))).resolves.toEqual([]);
    expect(() => embedder.embed([picture([8, 8]), picture([9, 8])])).toThrow('to have one size, got 8x8 and 9x8');
  });

  it('refuses a feature of another length', async () => {
    const pool = fakePool(() => ({ features: { data: new Float32Array(7), dims: [1, 7] } }));
    await expect(firstValueFrom(onnxEmbedder({ pool, set }).embed([picture([8, 8])]))).rejects.toThrow(
      'Model embedder a gave 7 numbers in `features`, expected 512',
    );
  });
});
