import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { dotError } from '../../src/matching/dot-error.ts';
import { rowsPerGroup } from '../../src/matching/nearest-rows.ts';
import { openGroupMaxSession } from '../../src/models/group-max-session.ts';

describe('openGroupMaxSession', () => {
  it('gives the largest product of each group, query by query, no further off than products may be', async () => {
    await using session = await openGroupMaxSession();
    const sizes = fc.record({
      count: fc.integer({ min: 1, max: 9 }),
      groups: fc.integer({ min: 1, max: 5 }),
      featureLength: fc.constantFrom(1, 3, 64, 515),
      seed: fc.integer({ min: 1, max: 1000 }),
    });
    await fc.assert(
      fc.asyncProperty(sizes, async ({ count, groups, featureLength, seed }) => {
        const queries = vectors(count, featureLength, seed);
        const features = vectors(groups * rowsPerGroup, featureLength, seed + 0.5);
        const maxima = await session.run({ queries, features, featureLength });
        expect(maxima).toHaveLength(count * groups);
        for (const [place, given] of maxima.entries()) {
          const query = Math.floor(place / groups);
          const first = (place % groups) * rowsPerGroup;
          const dots = Array.from({ length: rowsPerGroup }, (_, row) =>
            dotOf(queries, query * featureLength, features, (first + row) * featureLength, featureLength),
          );
          expect(Math.abs(given - Math.max(...dots))).toBeLessThanOrEqual(dotError(featureLength));
        }
      }),
      { numRuns: 50 },
    );
  });
});

/** Unit vectors. */
function vectors(rows: number, length: number, seed: number): Float32Array {
  return Float32Array.from(
    Array.from({ length: rows }, (_, row) => {
      const numbers = Array.from({ length }, (__, place) => Math.sin(seed * (row + 1) * (place + 2)) + 1e-3);
      const norm = Math.hypot(...numbers);
      return numbers.map((number) => number / norm);
    }).flat(),
  );
}

function dotOf(a: Float32Array, fromA: number, b: Float32Array, fromB: number, length: number): number {
  let dot = 0;
  for (let place = 0; place < length; place += 1) dot += a[fromA + place]! * b[fromB + place]!;
  return dot;
}
