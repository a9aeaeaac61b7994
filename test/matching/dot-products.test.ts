import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { dotProducts, squaredDistance } from '../../src/matching/dot-products.ts';

const featureLength = 7;
const rows = fc.array(fc.float({ min: -1, max: 1, noNaN: true }), {
  minLength: 8 * featureLength,
  maxLength: 8 * featureLength,
});

describe('dotProducts', () => {
  it('adds in index order in float64, to the bit, from any row on', () => {
    fc.assert(
      fc.property(rows, rows, fc.constantFrom(0, 4), fc.constantFrom(0, 1, 4), (a, b, firstQuery, firstRow) => {
        const queries = Float32Array.from(a);
        const gallery = Float32Array.from(b);
        const out = new Float64Array(16);
        dotProducts(out, { queries, firstQuery, gallery, firstRow, rows: 4, featureLength });
        for (let query = 0; query < 4; query += 1) {
          for (let row = 0; row < 4; row += 1) {
            const of = queries.slice((firstQuery + query) * featureLength).slice(0, featureLength);
            expect(out[query * 4 + row]! + 0).toBe(exact(of, gallery.subarray((firstRow + row) * featureLength)) + 0);
          }
        }
      }),
    );
  });
});

describe('squaredDistance', () => {
  it.each([
    { dot: 1, distance: 0, why: 'is 0 for the same vector' },
    { dot: 1.0000001, distance: 0, why: 'is never below 0' },
    { dot: 0, distance: 2, why: 'is 2 at a right angle' },
    { dot: -1, distance: 4, why: 'is 4 for the opposite vector' },
    { dot: 0.44, distance: Math.fround(1.12), why: 'is 1.12, squared, at a cosine of 0.44' },
    { dot: 0.1, distance: Math.fround(1.8), why: 'is a float32' },
  ])('$why', ({ dot, distance }) => {
    expect(squaredDistance(dot)).toBe(distance);
  });
});

function exact(a: Float32Array, b: Float32Array): number {
  let sum = 0;
  for (const [index, value] of a.entries()) sum += value * b[index]!;
  return sum;
}
