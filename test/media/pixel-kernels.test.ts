import { afterEach, describe, expect, it, vi } from 'vitest';
import { kernelMemory, pixelKernels } from '../../src/media/pixel-kernels.ts';
import { resizePicture } from '../../src/media/resize-picture.ts';
import { randomPicture } from '../helpers/random-picture.ts';

describe('pixelKernels', () => {
  afterEach(() => {
    vi.unstubAllGlobals();
    vi.resetModules();
  });

  it('has the parts of the memory side by side', () => {
    const parts = Object.values(kernelMemory);
    const end = parts.reduce((offset, { at, bytes }) => {
      expect(at).toBe(offset);
      return at + bytes;
    }, 0);
    expect(pixelKernels().bytes.length).toBe(end);
  });

  it('keeps its memory with a picture many times as large', () => {
    const { bytes } = pixelKernels();
    resizePicture(randomPicture(2000, 1500, 1), [500, 400]);
    expect([pixelKernels().bytes === bytes, bytes.length]).toEqual([true, 512 * 1024]);
  });

  it.each([
    ['no WebAssembly', undefined],
    ['no vectors', { Module: vi.fn<() => never>().mockThrow(new TypeError('invalid opcode 0xfd')) }],
  ])('says what is missing on a Node with %s', async (_, WebAssembly) => {
    vi.resetModules();
    vi.stubGlobal('WebAssembly', WebAssembly);
    const fresh = await import('../../src/media/pixel-kernels.ts');
    expect(() => fresh.pixelKernels()).toThrow(
      expect.objectContaining({
        code: 'library-missing',
        message: expect.stringMatching(/^Pictures cannot be resized, .* Use Node 20\.19 or later/),
        cause: expect.any(Error),
      }),
    );
  });
});
