import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { quantisedErrors, quantiseQueries } from '../../src/matching/quantise-queries.ts';

/** Unit vectors, some of them with one number that is far larger than the others. */
const unitVectors = (featureLength: number, most: number): fc.Arbitrary<readonly Float32Array[]> =>
  fc.array(
    fc
      .tuple(
        fc.array(fc.double({ min: -1, max: 1, noNaN: true }), { minLength: featureLength, maxLength: featureLength }),
        fc.constantFrom(0, 5),
      )
      .map(([numbers, peak]) => {
        const all = numbers.map((number, place) => (place === 0 ? 0.1 + peak : number));
        const norm = Math.hypot(...all);
        return Float32Array.from(all, (number) => number / norm);
      }),
    { minLength: 1, maxLength: most },
  );

function dotOf(a: ArrayLike<number>, b: ArrayLike<number>): number {
  return Array.from(a).reduce((sum, value, place) => sum + value * b[place]!, 0);
}

function flat(vectors: readonly Float32Array[]): Float32Array {
  return Float32Array.from(vectors.flatMap((vector) => [...vector]));
}

describe('quantiseQueries', () => {
  it('puts the codes of one place together, the largest of each query at 63', () => {
    const queries = Float32Array.of(0.6, -0.8, 0, -1);
    const { columns, steps, errors } = quantiseQueries(queries, 2);
    expect([...columns]).toEqual([47, 0, -63, -63]);
    expect([...steps]).toEqual([Math.fround(Math.fround(0.8) / 63), Math.fround(1 / 63)]);
    expect(errors[0]).toBeCloseTo(Math.abs(0.6 - (47 * 0.8) / 63), 6);
    expect(errors[1]).toBeCloseTo(0, 6);
  });
});

describe('quantisedErrors', () => {
  it.each([3, 7, 64])(
    'is not less than what products of codes are off by, nor ten times as much, of %d numbers',
    (length) => {
      let nearest = 0;
      fc.assert(
        fc.property(unitVectors(length, 3), unitVectors(length, 4), (queries, rows) => {
          const codes = quantiseQueries(flat(queries), length);
          const step = Math.fround(Math.max(...rows.flatMap((row) => [...row].map(Math.abs))) / 127);
          const errors = quantisedErrors(codes, step);
          for (const row of rows) {
            const rounded = Array.from(row, (number) => Math.round(number / step));
            for (const [query, vector] of queries.entries()) {
              const column = Array.from({ length }, (_, place) => codes.columns[place * queries.length + query]!);
              const coarse = Math.fround(dotOf(rounded, column) * Math.fround(step * codes.steps[query]!));
              const off = Math.abs(coarse - dotOf(vector, row));
              expect(off).toBeLessThanOrEqual(errors[query]!);
              nearest = Math.max(nearest, off / errors[query]!);
            }
          }
        }),
        { numRuns: 300 },
      );
      expect(nearest).toBeGreaterThan(0.1);
    },
  );
});
