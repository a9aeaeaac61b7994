import { describe, expect, it } from 'vitest';
import { createNoiseTable, shoot } from '../../src/synth/lens.ts';
import { createRandom } from '../../src/synth/random.ts';

const width = 24;
const height = 18;
const image = { width, height, data: Uint8Array.from({ length: width * height * 3 }, (_, at) => (at * 7) % 256) };
const table = createNoiseTable(createRandom('noise'));
const clear = { gain: [1, 1, 1], gamma: 1, noise: 0, blur: [0, 0] } as const;

describe('shoot', () => {
  it('hands an ideal picture on as it is', () => {
    expect(shoot(image, clear, { table, offset: 0 })).toEqual(image);
  });

  it('exposes and tints each channel', () => {
    const grey = { width: 1, height: 1, data: Uint8Array.of(100, 100, 200) };
    expect([...shoot(grey, { ...clear, gain: [1.5, 0.5, 2] }, { table, offset: 0 }).data]).toEqual([150, 50, 255]);
    const dark = shoot(grey, { ...clear, gamma: 2 }, { table, offset: 0 });
    expect([...dark.data]).toEqual([39, 39, 157]);
  });

  it.each([
    [3, 0],
    [0, 3],
    [40, 0],
  ])('blurs by %i and %i as a mean over its neighbours does', (across, down) => {
    const { data } = shoot(image, { ...clear, blur: [across, down] }, { table, offset: 0 });
    const clamp = (value: number, size: number): number => Math.max(0, Math.min(size - 1, value));
    for (const [x, y] of [
      [0, 0],
      [11, 9],
      [23, 17],
    ] as const) {
      let sum = 0;
      for (let dy = -down; dy <= down; dy++)
        for (let dx = -across; dx <= across; dx++)
          sum += image.data[(clamp(y + dy, height) * width + clamp(x + dx, width)) * 3] ?? 0;
      expect(data[(y * width + x) * 3]).toBe(Math.floor(sum / ((2 * across + 1) * (2 * down + 1))));
    }
  });

  it('adds noise of the deviation that was asked for, and other noise elsewhere', () => {
    const flat = { width: 100, height: 100, data: new Uint8Array(30_000).fill(128) };
    const noisy = shoot(flat, { ...clear, noise: 4 }, { table, offset: 5 }).data;
    const mean = noisy.reduce((sum, value) => sum + value, 0) / noisy.length;
    const deviation = Math.sqrt(noisy.reduce((sum, value) => sum + (value - mean) ** 2, 0) / noisy.length);
    expect(Math.abs(mean - 128)).toBeLessThan(0.3);
    expect(Math.abs(deviation - 4)).toBeLessThan(0.3);
    expect(shoot(flat, { ...clear, noise: 4 }, { table, offset: 6 }).data).not.toEqual(noisy);
  });
});
