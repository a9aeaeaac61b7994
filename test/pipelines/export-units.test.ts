import { describe, expect, it } from 'vitest';
import { exportRoots } from '../../src/pipelines/export-units.ts';

describe('exportRoots', () => {
  it.each([
    { paths: ['data/part1', 'data/part2/'], keys: ['part1', 'part2'] },
    { paths: ['a/shop', 'b/shop', 'c/shop'], keys: ['shop', 'shop-2', 'shop-3'] },
    { paths: ['shop-2', 'a/shop', 'b/shop', 'c/shop-2'], keys: ['shop-2', 'shop', 'shop-3', 'shop-2-2'] },
    { paths: ['a/Shop', 'b/shop', 'c/SHOP'], keys: ['Shop', 'shop-2', 'SHOP-3'] },
    { paths: ['/'], keys: ['root'] },
  ])('calls $paths $keys', ({ paths, keys }) => {
    expect(exportRoots(paths)).toEqual(paths.map((path, place) => ({ path, key: keys[place] })));
  });
});
