/** Largest code of a query: with codes of rows from 0 to 255, two products next to each other stay within 16 bits, which processors without dot products of bytes need. */
const queryLevels = 63;

/** Codes of a row go this far to both sides of their zero. */
const rowLevels = 127;

/** Norms that are taken for 1 may be this large. */
const normAtMost = 1.001;

/** Queries as whole numbers of steps. */
export interface QuantisedQueries {
  /** `featureLength x queries` codes, -63 to 63: those of one place of every query stand together. */
  readonly columns: Int8Array;
  /** What a code of 1 is in each query. */
  readonly steps: Float32Array;
  /** Euclidean distance of each query from what its codes say. */
  readonly errors: Float64Array;
  readonly featureLength: number;
}

/** Rounds queries, `featureLength` numbers each, so that the largest number of each has the largest code. */
export function quantiseQueries(queries: Float32Array, featureLength: number): QuantisedQueries {
  const count = queries.length / featureLength;
  const columns = new Int8Array(queries.length);
  const steps = new Float32Array(count);
  const errors = new Float64Array(count);
  for (let query = 0; query < count; query += 1) {
    const first = query * featureLength;
    let largest = 0;
    for (let place = 0; place < featureLength; place += 1) {
      largest = Math.max(largest, Math.abs(queries[first + place]!));
    }
    steps[query] = largest / queryLevels;
    const step = steps[query]!;
    let squares = 0;
    for (let place = 0; place < featureLength; place += 1) {
      const value = queries[first + place]!;
      const code = Math.round(value / step);
      columns[place * count + query] = code;
      squares += (value - code * step) ** 2;
    }
    errors[query] = Math.sqrt(squares);
  }
  return { columns, steps, errors, featureLength };
}

/**
 * Furthest that the product of codes, with what they stand for, is from the true dot product of each query with a row of norm 1 that was rounded to whole
 * numbers of `step`: by Cauchy-Schwarz, |q g - q' g'| <= |q| |g - g'| + |q - q'| |g'|, where no number of the row is further off than half a step.
 *
 * @param step a hundred-and-twenty-seventh of the largest number of the block that the row is in, as float32.
 */
export function quantisedErrors({ errors, featureLength }: QuantisedQueries, step: number): Float64Array {
  const rowError = Math.sqrt(featureLength) * step * 0.501; // A little over a half, for the rounding of the division.
  // The sums are whole numbers and exact; what they are multiplied with, and the product, are rounded to float32.
  const rounding = featureLength * queryLevels * rowLevels < 2 ** 24 ? 4e-7 : 8e-7;
  return errors.map((error) => normAtMost * rowError + error * (normAtMost + rowError) + rounding);
}
