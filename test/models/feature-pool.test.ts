import { describe, expect, it } from 'vitest';
import { FeaturePool } from '../../src/models/feature-pool.ts';

describe('FeaturePool', () => {
  it('gives again what it gets back, once, and each to one alone', () => {
    const pool = new FeaturePool(3);
    const [first, second] = [pool.take(4), pool.take(4)];
    expect(first).not.toBe(second);
    pool.giveBack(first);
    pool.giveBack(first);
    expect(pool.take(4)).toBe(first);
    expect(pool.take(4)).not.toBe(first);
  });

  it('holds no more than it may, of the length that was asked for last, and none that is not its own', () => {
    const pool = new FeaturePool(1);
    const features = [pool.take(4), pool.take(4)];
    pool.giveBack(new Float32Array(4));
    for (const feature of features) pool.giveBack(feature);
    expect(pool.take(4)).toBe(features[0]);
    expect(features).not.toContain(pool.take(4));
    pool.giveBack(features[0]!);
    expect(pool.take(5)).toHaveLength(5);
    expect(pool.take(4)).not.toBe(features[0]);
  });
});
