import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { dotError } from '../../src/matching/dot-error.ts';
import { squaredDistance } from '../../src/matching/dot-products.ts';
import { type NearRows, selectNearest } from '../../src/matching/select-nearest.ts';

const featureLength = 3;

/** Few directions, some of them a hair apart, and none of exactly norm 1. */
const vector = fc
  .tuple(
    fc.constantFrom([1, 0, 0], [0, 1, 0], [0.6, 0.8, 0], [-1, 0, 0]),
    fc.constantFrom(-4e-7, 0, 6e-8, 2e-7),
    fc.boolean(),
  )
  .map(([[x = 0, y = 0, z = 0], hair, isLong]) => {
    const scale = isLong ? 1.0005 : 1;
    return [(x + hair) * scale, y * scale, (z + hair) * scale];
  });

function dotOf(a: readonly number[], b: readonly number[]): number {
  return a.reduce((sum, value, place) => sum + Math.fround(value) * Math.fround(b[place] ?? 0), 0);
}

/** The rows that are as near as the `k`-th, by a look at each. */
function naive(rows: readonly (readonly number[])[], query: readonly number[], k: number): ReadonlyMap<number, number> {
  const distances = rows.map((row) => squaredDistance(dotOf(query, row)));
  const limit = distances.toSorted((a, b) => a - b)[Math.min(k, rows.length) - 1] ?? Infinity;
  return new Map([...distances.entries()].filter(([, distance]) => distance <= limit));
}

function asMap({ rows, distances }: NearRows): ReadonlyMap<number, number> {
  return new Map(rows.map((row, place) => [row, distances[place] ?? NaN]));
}

describe('selectNearest', () => {
  it('finds the nearest and all that are as near, whatever the blocks and however wrong the products may be', () => {
    fc.assert(
      fc.property(
        fc.array(vector, { maxLength: 120 }),
        fc.array(vector, { minLength: 1, maxLength: 3 }),
        fc.oneof(fc.integer({ min: 1, max: 12 }), fc.constantFrom(64, 65, 70)),
        fc.integer({ min: 1, max: 60 }),
        fc.array(fc.constantFrom(-1, 0, 1), { minLength: 1, maxLength: 50 }),
        (rows, queries, k, blockRows, signs) => {
          const selection = selectNearest({ queries: Float32Array.from(queries.flat()), featureLength, k });
          let turn = 0;
          const wrong = (dot: number): number =>
            dot + 0.99 * dotError(featureLength) * (signs[(turn += 1) % signs.length] ?? 0);
          for (let firstRow = 0; firstRow < rows.length; firstRow += blockRows) {
            const block = rows.slice(firstRow, firstRow + blockRows);
            selection.visit({
              features: Float32Array.from(block.flat()),
              dots: Float32Array.from(block.flatMap((row) => queries.map((query) => wrong(dotOf(query, row))))),
              firstRow,
              rows: block.length,
            });
          }
          expect(selection.found().map(asMap)).toEqual(queries.map((query) => naive(rows, query, k)));
        },
      ),
      { numRuns: 500 },
    );
  });

  it('finds them by products that are further off, each row and query by so much', () => {
    fc.assert(
      fc.property(
        fc.array(vector, { maxLength: 120 }),
        fc.array(vector, { minLength: 1, maxLength: 3 }),
        fc.integer({ min: 1, max: 12 }),
        fc.integer({ min: 1, max: 60 }),
        fc.array(fc.tuple(fc.constantFrom(0, 0.01, 0.3), fc.constantFrom(-1, 0, 1)), { minLength: 1, maxLength: 50 }),
        fc.constantFrom(1e-6, 0.1),
        (rows, queries, k, blockRows, off, queryError) => {
          const selection = selectNearest({ queries: Float32Array.from(queries.flat()), featureLength, k });
          for (let firstRow = 0; firstRow < rows.length; firstRow += blockRows) {
            const block = rows.slice(firstRow, firstRow + blockRows);
            const ofRow = block.map((_, row) => off[(firstRow + row) % off.length]!);
            const dots = queries.flatMap((query) =>
              block.map((row, place) => {
                const [error, sign] = ofRow[place]!;
                return dotOf(query, row) + 0.99 * sign * (error + queryError) + error;
              }),
            );
            selection.visit({
              features: Float32Array.from(block.flat()),
              dots: Float32Array.from(dots),
              coarse: {
                rows: Float32Array.from(ofRow, ([error]) => error),
                queries: new Float64Array(queries.length).fill(queryError),
              },
              firstRow,
              rows: block.length,
            });
          }
          expect(selection.found().map(asMap)).toEqual(queries.map((query) => naive(rows, query, k)));
        },
      ),
      { numRuns: 500 },
    );
  });

  it('takes rows for as near that rounding makes so, when their products are wrong in opposite ways', () => {
    const rows = [0.5, 0.5 - 2 ** -25, 0.25];
    const features = Float32Array.from(rows.flatMap((x) => [x, Math.sqrt(1 - x * x)]));
    const error = 0.99 * dotError(2);
    const selection = selectNearest({ queries: Float32Array.of(1, 0), featureLength: 2, k: 1 });
    selection.visit({ dots: Float32Array.of(0.5 + error, rows[1]! - error, 0.25), features, firstRow: 0, rows: 3 });
    expect(selection.found()).toEqual([{ rows: [0, 1], distances: [1, 1] }]);
  });

  it('looks at few rows again', () => {
    let looks = 0;
    const rows = 5000;
    const angles = Array.from({ length: rows }, (_, row) => ((row * 7919) % rows) / rows);
    const vectors = Float32Array.from(angles.flatMap((angle) => [Math.cos(angle), Math.sin(angle)]));
    const features = new Proxy(vectors, {
      get: (target, key) => {
        looks += Number(typeof key === 'string' && /^\d+$/u.test(key));
        return Reflect.get(target, key);
      },
    });
    const dots = Float32Array.from(angles, (angle) => Math.cos(angle));
    const selection = selectNearest({ queries: Float32Array.of(1, 0), featureLength: 2, k: 10 });
    selection.visit({ dots, features, firstRow: 0, rows });
    expect(looks).toBeLessThan(2 * 40);
    expect(selection.found()[0]?.rows).toHaveLength(10);
  });
});
