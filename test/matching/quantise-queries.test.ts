import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  fineErrors,
  quantisedErrors,
  quantiseFinely,
  quantiseQueries,
  rowErrors,
} from '../../src/matching/quantise-queries.ts';
import { quantiseRows } from '../../src/matching/quantise-rows.ts';
import { byteCodes } from '../helpers/byte-codes.ts';

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
          const { step, codes: rounded } = byteCodes(flat(rows));
          const errors = quantisedErrors(codes, step);
          for (const [at, row] of rows.entries()) {
            for (const [query, vector] of queries.entries()) {
              const column = Array.from({ length }, (_, place) => codes.columns[place * queries.length + query]!);
              const own = rounded.slice(at * length, (at + 1) * length);
              const coarse = Math.fround(dotOf(own, column) * Math.fround(step * codes.steps[query]!));
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

describe('quantiseFinely', () => {
  it('has the largest number of each query at 127 from 128, which is zero', () => {
    const { codes, scales, errors } = quantiseFinely(Float32Array.of(0.6, -0.8, 0, -1, 0, 0), 2);
    expect([...codes]).toEqual([128 + 95, 1, 128, 1, 128, 128]);
    expect([...scales]).toEqual([Math.fround(Math.fround(0.8) / 127), Math.fround(1 / 127), 0]);
    expect(errors[0]).toBeCloseTo(Math.abs(0.6 - (95 * 0.8) / 127), 6);
    expect(errors[1]).toBeCloseTo(0, 6);
    expect(errors[2]).toBe(0);
  });
});

describe('fineErrors and rowErrors', () => {
  it.each([3, 70, 130])(
    'together are not less than what products are off by, nor ten times as much, of %d numbers',
    (length) => {
      let nearest = 0;
      fc.assert(
        fc.property(unitVectors(length, 3), unitVectors(length, 4), (queries, rows) => {
          const fine = quantiseFinely(flat(queries), length);
          const { codes, steps, errors } = quantiseRows(flat(rows), length);
          const added = rowErrors(errors);
          const more = fineErrors(fine, Math.max(...added));
          for (const [row, vector] of rows.entries()) {
            const rounded = Array.from({ length }, (_, place) => codes[place * rows.length + row]!);
            for (const [query, asked] of queries.entries()) {
              const own = Array.from(fine.codes.subarray(query * length, (query + 1) * length), (code) => code - 128);
              const coarse = Math.fround(Math.fround(dotOf(own, rounded) * fine.scales[query]!) * steps[row]!);
              const off = Math.abs(coarse - dotOf(asked, vector));
              expect(off).toBeLessThanOrEqual(added[row]! + more[query]!);
              nearest = Math.max(nearest, off / (added[row]! + more[query]!));
            }
          }
        }),
        { numRuns: 200 },
      );
      expect(nearest).toBeGreaterThan(0.1);
    },
  );
});
