import { describe, expect, it } from 'vitest';
import { compareRows } from '../../bench/scenarios/compare-rows.ts';

/** Rows 0 and 1 are equal, row 2 is a hair further from the query, and row 3 is far. */
const angles = [0.1, 0.1, 0.100001, 1];
const rowAt = (row: number): Float32Array => Float32Array.of(Math.cos(angles[row]!), Math.sin(angles[row]!));
const compare = (ours: readonly number[], theirs: readonly number[]): string =>
  compareRows({ ours, theirs, rowAt, queryAt: () => Float32Array.of(1, 0) });

describe('compareRows', () => {
  it.each([
    { theirs: [0, 0], says: 'the same 2 rows' },
    { theirs: [0, 1], says: 'the same 1 of 2 rows, the others at most 0e+0 further' },
    { theirs: [2, 0], says: /^the same 1 of 2 rows, the others at most [1-4]e-7 further$/u },
  ])('takes $theirs for [0, 0]', ({ theirs, says }) => {
    expect(compare([0, 0], theirs)).toMatch(says);
  });

  it.each([
    { what: 'a nearer row', ours: [3], theirs: [0], says: 'The exact search is wrong about query 0: row 3' },
    { what: 'a lower row as near', ours: [1], theirs: [0], says: 'The exact search is wrong' },
    { what: 'a row that is far', ours: [0], theirs: [3], says: 'The other program is wrong' },
    { what: 'too few rows', ours: [0, 0], theirs: [0], says: '1 rows in place of 2' },
  ])('refuses $what', ({ ours, theirs, says }) => {
    expect(() => compare(ours, theirs)).toThrow(says);
  });
});
