import { describe, expect, it } from 'vitest';
import { quantile } from '../../src/matching/quantile.ts';

// Made with NumPy 2.4.6: numpy.quantile(numpy.array(values, dtype="float64"), share), printed with repr.
const distances = [0.7310585975646973, 0.11920291930437088, 1.4621171951293945, 0.5, 0.2689414322376251];

describe('quantile', () => {
  it.each([
    { values: [3], share: 0.28, value: 3, why: 'of one value is that value' },
    { values: [1, 2], share: 0.28, value: 1.28, why: 'interpolates between two' },
    { values: [2, 1], share: 0.28, value: 1.28, why: 'sorts first' },
    { values: [10, 9, 1], share: 0.5, value: 9, why: 'sorts as numbers, not as text' },
    { values: distances, share: 0, value: 0.11920291930437088, why: 'at 0 is the smallest' },
    { values: distances, share: 1, value: 1.4621171951293945, why: 'at 1 is the largest' },
    { values: distances, share: 0.28, value: 0.29666846036911015, why: 'equals NumPy at 0.28' },
    { values: distances, share: 0.45, value: 0.45378828644752506, why: 'equals NumPy above the middle of a gap' },
    { values: distances, share: 0.9, value: 1.1696937561035157, why: 'equals NumPy at 0.9' },
  ])('$why', ({ values, share, value }) => {
    expect(quantile(values, share)).toBe(value);
  });

  it.each([26, 51, 76, 101, 1001])(
    'is one of %d values where its place is, whatever the product is rounded to',
    (count) => {
      const values = Array.from({ length: count }, (_, place) => place);
      expect(quantile(values, 0.28)).toBe(values[(7 * (count - 1)) / 25]);
    },
  );

  it('leaves its argument as it was', () => {
    const values = [2, 1];
    quantile(values, 0.5);
    expect(values).toEqual([2, 1]);
  });

  it('has no answer for no values', () => {
    expect(() => quantile([], 0.5)).toThrow(TypeError);
  });
});
