import { dotError } from '../../src/matching/dot-error.ts';
import { distanceBetween } from '../../src/matching/distance-between.ts';

/** What {@link compareRows} compares. */
export interface CompareRowsOptions {
  /** Rows that the exact search found, one a query, the lowest of equally near ones. */
  readonly ours: readonly number[];
  /** Rows that another program found in float32. */
  readonly theirs: readonly number[];
  readonly queryAt: (query: number) => Float32Array;
  readonly rowAt: (row: number) => Float32Array;
}

/**
 * Checks that two programs found the same rows, but for what float32 cannot tell apart, and says how alike they are.
 *
 * @throws Error when theirs is nearer than ours, or as near and lower, or further than the rounding of products can explain.
 */
export function compareRows({ ours, theirs, queryAt, rowAt }: CompareRowsOptions): string {
  if (ours.length !== theirs.length) throw new Error(`${theirs.length} rows in place of ${ours.length}`);
  let same = 0;
  let furthest = 0;
  for (const [query, row] of ours.entries()) {
    const other = theirs[query]!;
    if (other === row) {
      same += 1;
      continue;
    }
    const feature = queryAt(query);
    const [a, b] = [distanceBetween(feature, rowAt(row)), distanceBetween(feature, rowAt(other))];
    const what = `query ${query}: row ${row} at ${a}, and row ${other} at ${b}`;
    if (b < a || (b === a && other < row)) throw new Error(`The exact search is wrong about ${what}`);
    // Squares of norms are added to the products that are compared, each with an error of its own.
    if (b - a > 8 * dotError(feature.length)) throw new Error(`The other program is wrong about ${what}`);
    furthest = Math.max(furthest, b - a);
  }
  return same === ours.length
    ? `the same ${same} rows`
    : `the same ${same} of ${ours.length} rows, the others at most ${furthest.toExponential(0)} further`;
}
