import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { dotError } from '../../src/matching/dot-error.ts';
import { squaredDistance } from '../../src/matching/dot-products.ts';
import { nearestRows, rowsByQuery, rowsPerGroup } from '../../src/matching/nearest-rows.ts';

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

/** Features with room for whole groups, filled with what would be near if it counted. */
function withRoom(rows: readonly (readonly number[])[], last: readonly number[] = [1, 0, 0]): Float32Array {
  const room = -rows.length % rowsPerGroup === 0 ? 0 : rowsPerGroup - (rows.length % rowsPerGroup);
  return Float32Array.from([...rows, ...Array.from({ length: room }, () => last)].flat());
}

/** The products of a query with all rows, the room too. */
function dotsOf(features: Float32Array, query: readonly number[]): readonly number[] {
  return Array.from({ length: features.length / featureLength }, (_, row) =>
    dotOf(query, [...features.subarray(row * featureLength, (row + 1) * featureLength)]),
  );
}

/** The largest product of each group. */
function maximaOf(dots: readonly number[]): readonly number[] {
  return Array.from({ length: dots.length / rowsPerGroup }, (_, group) =>
    Math.max(...dots.slice(group * rowsPerGroup, (group + 1) * rowsPerGroup)),
  );
}

/** Products of some queries, those of one row together. */
function byRow(dots: readonly (readonly number[])[]): Float32Array {
  return Float32Array.from((dots[0] ?? []).flatMap((_, row) => dots.map((of) => of[row]!)));
}

describe('nearestRows', () => {
  it('finds the nearest and all that are as near, whatever the blocks and however wrong the products may be', () => {
    fc.assert(
      fc.property(
        fc.array(vector, { maxLength: 120 }),
        fc.array(vector, { minLength: 1, maxLength: 3 }),
        fc.integer({ min: 1, max: 60 }),
        fc.array(fc.constantFrom(-1, 0, 1), { minLength: 1, maxLength: 50 }),
        fc.boolean(),
        fc.constantFrom(undefined, 1e-3, 0.3),
        fc.boolean(),
        (rows, queries, blockRows, signs, isTakenEachTime, error, isEachTold) => {
          const finder = nearestRows({ queries: Float32Array.from(queries.flat()), featureLength });
          let turn = 0;
          const wrong = (dot: number): number =>
            dot + 0.99 * (error ?? dotError(featureLength)) * (signs[(turn += 1) % signs.length] ?? 0);
          const told = queries.map(() => [] as { row: number; distance: number }[]);
          const take = (): void => {
            const near = rowsByQuery(finder.take(), queries.length);
            for (const [query, found] of near.entries()) {
              told[query]!.push(...found.rows.map((row, place) => ({ row, distance: found.distances[place]! })));
            }
          };
          for (let firstRow = 0; firstRow < rows.length; firstRow += blockRows) {
            const block = rows.slice(firstRow, firstRow + blockRows);
            const features = withRoom(block);
            // The last query by itself, so that a block is not always about all of them.
            for (const [firstQuery, some] of [
              [0, queries.slice(0, -1)],
              [queries.length - 1, queries.slice(-1)],
            ] as const) {
              const dots = some.map((query) => dotsOf(features, query).map(wrong));
              finder.visit({
                maxima: Float32Array.from(dots.flatMap(maximaOf)),
                ...(error !== undefined && { errors: new Float64Array(some.length).fill(error) }),
                ...(isEachTold && { dots: byRow(dots) }),
                firstQuery,
                features,
                firstRow,
                rows: block.length,
              });
            }
            if (isTakenEachTime) take();
          }
          take();
          for (const [query, found] of told.entries()) {
            const distances = rows.map((row) => squaredDistance(dotOf(queries[query]!, row)));
            const least = Math.min(...distances);
            const nearest = [...distances.keys()].filter((row) => distances[row] === least);
            const given = found.filter(({ distance }) => distance === least).map(({ row }) => row);
            expect(given.toSorted((a, b) => a - b)).toEqual(nearest);
            // What was nearest only for a while is told with its own distance, and not at all when nobody asked in between.
            for (const { row, distance } of found) expect(distance).toBe(distances[row]);
            expect(found.length === nearest.length || isTakenEachTime).toBe(true);
          }
        },
      ),
      { numRuns: 500 },
    );
  });

  it('takes rows for as near that rounding makes so, when their products are wrong in opposite ways', () => {
    const xs = [0.5, 0.5 - 2 ** -25, 0.25];
    const error = 0.99 * dotError(2);
    const finder = nearestRows({ queries: Float32Array.of(1, 0), featureLength: 2 });
    for (const [firstRow, x] of xs.entries()) {
      const features = new Float32Array(2 * rowsPerGroup);
      features.set([x, Math.sqrt(1 - x * x)]);
      const maxima = Float32Array.of(x + (firstRow === 0 ? error : -error));
      finder.visit({ maxima, firstQuery: 0, features, firstRow, rows: 1 });
    }
    expect(rowsByQuery(finder.take(), 1)).toEqual([{ rows: [0, 1], distances: [1, 1] }]);
  });

  it('looks at few groups again, the most promising first', () => {
    let looks = 0;
    const rows = 64 * rowsPerGroup;
    // Nearer and nearer.
    const vectors = Float32Array.from({ length: 2 * rows }, (_, at) => {
      const angle = 1 - Math.floor(at / 2) / rows;
      return at % 2 === 0 ? Math.cos(angle) : Math.sin(angle);
    });
    const features = new Proxy(vectors, {
      get: (target, key) => {
        looks += Number(typeof key === 'string' && /^\d+$/u.test(key));
        return Reflect.get(target, key);
      },
    });
    const maxima = Float32Array.from({ length: 64 }, (_, group) => vectors[2 * (group * rowsPerGroup + 15)]!);
    const finder = nearestRows({ queries: Float32Array.of(1, 0), featureLength: 2 });
    finder.visit({ maxima, firstQuery: 0, features, firstRow: 100, rows });
    expect(looks).toBe(2 * 2 * rowsPerGroup); // Each is nearer than the one before it, so all are added up in both orders.
    expect([...finder.take().rows]).toEqual([100 + rows - 1]);
  });

  it('measures only rows whose own product lets them be the nearest, and says how many', () => {
    const rows = 4 * rowsPerGroup;
    const xs = Array.from({ length: rows }, (_, row) => (row % 8 === 5 ? 0.9 : 0.1) + row / 1e4);
    const features = Float32Array.from(xs.flatMap((x) => [x, Math.sqrt(1 - x * x)]));
    const dots = Float32Array.from(xs);
    const given = { dots, maxima: Float32Array.from(maximaOf(xs)), errors: Float64Array.of(0.1), features, rows };
    const finder = nearestRows({ queries: Float32Array.of(1, 0), featureLength: 2 });
    // All of the first group, for nothing is known yet, and then those near 0.9.
    expect(finder.visit({ ...given, firstQuery: 0, firstRow: 0 })).toBe(rowsPerGroup + 6);
    expect(finder.visit({ ...given, firstQuery: 0, firstRow: rows })).toBe(8);
    expect([...finder.take().rows]).toEqual([61, rows + 61]);
  });
});
