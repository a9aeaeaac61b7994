import { describe, expect, it } from 'vitest';
import { detectorSize } from '../../src/models/detector-size.ts';

describe('detectorSize', () => {
  it.each([
    ['portrait', 540, 960, [192, 341]],
    ['landscape', 960, 540, [341, 192]],
    ['square', 800, 800, [192, 192]],
    ['small, enlarged', 96, 100, [192, 200]],
    ['long, bounded by the long side', 200, 1000, [102, 512]],
    ['a line', 4000, 1, [512, 1]],
  ] as const)('scales %s', (_, width, height, size) => {
    expect(detectorSize(width, height, { shortSide: 192, maxSide: 512 })).toEqual(size);
  });
});
