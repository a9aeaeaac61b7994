import { describe, expect, it } from 'vitest';
import { pixelFormats } from '../../src/media/cut-frame.ts';
import { parseRawFormat } from '../../src/media/raw-format.ts';

describe('parseRawFormat', () => {
  it.each([
    { text: '540x960:rgb24@25', format: { width: 540, height: 960, pixelFormat: 'rgb24', rate: 25 } },
    { text: '16384x1:gray', format: { width: 16_384, height: 1, pixelFormat: 'gray' } },
    { text: '2x2:nv12@29.97', format: { width: 2, height: 2, pixelFormat: 'nv12', rate: 29.97 } },
    { text: '2x2:bgr24@30000/1001', format: { width: 2, height: 2, pixelFormat: 'bgr24', rate: 30_000 / 1001 } },
    {
      text: '8x6:yuv420p:bt709:full@50',
      format: { width: 8, height: 6, pixelFormat: 'yuv420p', range: 'full', matrix: 'bt709', rate: 50 },
    },
    { text: '8x6:yuv444p:limited', format: { width: 8, height: 6, pixelFormat: 'yuv444p', range: 'limited' } },
  ])('reads $text', ({ text, format }) => {
    expect(parseRawFormat(text)).toEqual(format);
  });

  it.each(pixelFormats)('knows %s', (pixelFormat) => {
    expect(parseRawFormat(`4x4:${pixelFormat}`)).toEqual({ width: 4, height: 4, pixelFormat });
  });

  it.each([
    { text: '', why: 'as in 540x960:rgb24@25' },
    { text: '540:rgb24', why: 'got "540:rgb24"' },
    { text: '540x960', why: 'WIDTHxHEIGHT:FORMAT@RATE' },
    { text: '540x960:yuv420p10@25', why: 'one of rgb24, bgr24, gray, nv12, yuv420p, yuv422p, yuv444p, got yuv420p10' },
    { text: '0x960:rgb24', why: 'Expected `raw width` to be an integer from 1 to 16384, got 0' },
    { text: '1x16385:rgb24', why: 'Expected `raw height`' },
    { text: '1x1:rgb24@fast', why: 'a number or a fraction as in 30000/1001, got "fast"' },
    { text: '1x1:rgb24@25/0', why: 'got "25/0"' },
    { text: '1x1:rgb24@0', why: 'Expected `raw rate` to be a number' },
    { text: '1x1:nv12:bt2020', why: 'of limited, full, bt601, bt709, got bt2020' },
    { text: '1x1:nv12:full:limited', why: 'one range and one matrix at most' },
  ])('refuses $text', ({ text, why }) => {
    expect(() => parseRawFormat(text)).toThrow(TypeError);
    expect(() => parseRawFormat(text)).toThrow(why);
  });
});
