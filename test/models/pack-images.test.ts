import { describe, expect, it } from 'vitest';
import { type RgbImage } from '../../src/core/rgb-image.ts';
import { packImages } from '../../src/models/pack-images.ts';

const image = (width: number, height: number, first: number): RgbImage => ({
  width,
  height,
  data: Uint8Array.from({ length: width * height * 3 }, (_, index) => first + index),
});

describe('packImages', () => {
  it('puts images one after the other', () => {
    const packed = packImages([image(1, 2, 0), image(1, 2, 6)], { size: [1, 2], batch: 2 });
    expect([...packed]).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]);
  });

  it('owns its buffer', () => {
    const only = image(1, 2, 0);
    expect(packImages([only], { size: [1, 2], batch: 1 }).buffer).not.toBe(only.data.buffer);
  });

  it('fills what an image leaves of its canvas, and missing images, with grey', () => {
    const packed = packImages([image(1, 1, 1)], { size: [2, 2], batch: 2 });
    expect([...packed]).toEqual([1, 2, 3, ...Array.from({ length: 21 }, () => 116)]);
  });

  it('keeps rows apart on a wider canvas', () => {
    const packed = packImages([image(1, 2, 1)], { size: [2, 2], batch: 1 });
    expect([...packed]).toEqual([1, 2, 3, 116, 116, 116, 4, 5, 6, 116, 116, 116]);
  });
});
