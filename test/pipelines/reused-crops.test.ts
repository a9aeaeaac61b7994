import { describe, expect, it } from 'vitest';
import { type Crop } from '../../src/core/crop.ts';
import { cropResample } from '../../src/media/crop-resample.ts';
import { reusedCrops } from '../../src/pipelines/reused-crops.ts';

const image = { width: 9, height: 9, data: Uint8Array.from({ length: 9 * 9 * 3 }, (_, at) => (at * 37) % 256) };

function cropOf(of: Crop['image']): Crop {
  return {
    owner: { side: 'gallery', id: 'v' },
    frame: '80',
    boxIndex: 0,
    box: [0, 0, 9, 9],
    score: 1,
    bucket: 0,
    image: of,
  };
}

describe('reusedCrops', () => {
  it('makes the pixels of cropResample in memory of crops that are embedded, and of no others', () => {
    const { cropper, onEmbedded } = reusedCrops();
    const first = cropper(image, [1, 1, 8, 8], [4, 4]);
    const second = cropper(image, [0, 2, 8, 8], [5, 3]);
    expect(second.data.buffer).not.toBe(first.data.buffer);
    onEmbedded(cropOf(first));
    const third = cropper(image, [2, 0, 8, 9], [3, 6]);
    expect(third.data.buffer).toBe(first.data.buffer);
    expect(third).toEqual(cropResample(image, [2, 0, 8, 9], [3, 6]));
    expect(second).toEqual(cropResample(image, [0, 2, 8, 8], [5, 3]));
  });
});
