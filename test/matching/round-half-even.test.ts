import { describe, expect, it } from 'vitest';
import { roundHalfEven } from '../../src/matching/round-half-even.ts';

describe('roundHalfEven', () => {
  it.each([
    [0, 0],
    [0.5, 0],
    [1, 1],
    [1.5, 2],
    [2.49, 2],
    [2.5, 2],
    [2.51, 3],
    [3.5, 4],
    [-0.6, -1],
    [-1.5, -2],
    [-2.5, -2],
  ])('rounds %d to %d', (value, rounded) => {
    expect(roundHalfEven(value) + 0).toBe(rounded);
  });
});
