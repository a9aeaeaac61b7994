import { describe, expect, it } from 'vitest';
import { bucketAspects, bucketOf } from '../../src/core/bucket.ts';

describe('bucketOf', () => {
  it.each(bucketAspects.map((aspect, index) => ({ aspect, index })))(
    'puts aspect $aspect in bucket $index',
    ({ aspect, index }) => {
      expect(bucketOf(aspect * 1000, 1000)).toBe(index);
    },
  );

  it.each([
    { width: 1, height: 100, bucket: 0, why: 'narrower than all' },
    { width: 100, height: 1, bucket: 11, why: 'wider than all' },
    { width: 9, height: 8, bucket: 7, why: 'a tie between 1 and 1.25 goes to the lower index' },
    { width: 9.01, height: 8, bucket: 8, why: 'just above the tie' },
  ])('puts $width x $height in bucket $bucket: $why', ({ width, height, bucket }) => {
    expect(bucketOf(width, height)).toBe(bucket);
  });
});
