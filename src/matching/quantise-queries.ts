/** Largest code of a query: with codes of rows from 0 to 255, two products next to each other stay within 16 bits, which processors without dot products of bytes need. */
const queryLevels = 63;

/** Codes of a row go at most this far from their zero, which is the first or the last of them where all numbers have one sign. */
const rowLevels = 255;

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
  const rounded = new Int8Array(featureLength);
  for (let query = 0; query < count; query += 1) {
    const vector = queries.subarray(query * featureLength, (query + 1) * featureLength);
    const { step, error } = round(vector, queryLevels, rounded);
    for (let place = 0; place < featureLength; place += 1) columns[place * count + query] = rounded[place]!;
    steps[query] = step;
    errors[query] = error;
  }
  return { columns, steps, errors, featureLength };
}

/** Rounds a vector to whole numbers of a step, a float32 of which its largest number has `levels`, into `codes`. Says how far off they all are. */
function round(
  vector: Float32Array,
  levels: number,
  codes: Int8Array,
): { readonly step: number; readonly error: number } {
  let largest = 0;
  for (let place = 0; place < vector.length; place += 1) largest = Math.max(largest, Math.abs(vector[place]!));
  const step = Math.fround(largest / levels);
  let squares = 0;
  for (let place = 0; place < vector.length; place += 1) {
    const value = vector[place]!;
    const code = step === 0 ? 0 : Math.round(value / step);
    codes[place] = code;
    squares += (value - code * step) ** 2;
  }
  return { step, error: Math.sqrt(squares) };
}

/**
 * Furthest that the product of codes, with what they stand for, is from the true dot product of each query with a row of norm 1 that was rounded to whole
 * numbers of `step`: by Cauchy-Schwarz, |q g - q' g'| <= |q| |g - g'| + |q - q'| |g'|, where no number of the row is further off than half a step.
 *
 * @param step a 255th of the range of the numbers, zero among them, of the block that the row is in, as float32.
 */
export function quantisedErrors({ errors, featureLength }: QuantisedQueries, step: number): Float64Array {
  const rowError = Math.sqrt(featureLength) * step * 0.501; // A little over a half, for the rounding of the division.
  // The sums are whole numbers and exact; what they are multiplied with, and the product, are rounded to float32.
  const rounding = featureLength * queryLevels * rowLevels < 2 ** 24 ? 4e-7 : 8e-7;
  return errors.map((error) => normAtMost * rowError + error * (normAtMost + rowError) + rounding);
}

/** Queries as bytes without signs, finer than {@link QuantisedQueries}: for processors on which sums of the largest ones are exact. */
export interface FineQueries {
  /** Query by query codes from 1 to 255, 128 being zero. */
  readonly codes: Uint8Array;
  /** What a code of 1 is in each query. */
  readonly scales: Float32Array;
  /** Euclidean distance of each query from what its codes say. */
  readonly errors: Float64Array;
}

const fineLevels = 127;
const fineZero = 128;

/** Rounds queries, `featureLength` numbers each, so that the largest number of each has the largest code. */
export function quantiseFinely(queries: Float32Array, featureLength: number): FineQueries {
  const count = queries.length / featureLength;
  const codes = new Uint8Array(queries.length);
  const scales = new Float32Array(count);
  const errors = new Float64Array(count);
  const rounded = new Int8Array(featureLength);
  for (let query = 0; query < count; query += 1) {
    const first = query * featureLength;
    const { step, error } = round(queries.subarray(first, first + featureLength), fineLevels, rounded);
    for (let place = 0; place < featureLength; place += 1) codes[first + place] = fineZero + rounded[place]!;
    scales[query] = step;
    errors[query] = error;
  }
  return { codes, scales, errors };
}

/** A sum is rounded once, multiplied twice and added to once in float32, and none of it is much more than 1. */
const fineRounding = 6e-7;

/**
 * Furthest that products with rows of norm 1, rounded as `quantiseRows` does, are from the true ones, by Cauchy-Schwarz as in {@link quantisedErrors}: what each row
 * has to do with it. {@link fineErrors} has to be added.
 */
export function rowErrors(errors: Float64Array): Float32Array {
  return Float32Array.from(errors, (error) => normAtMost * error * (1 + 2 ** -22)); // Not rounded down.
}

/** What each query has to do with it. @param largest error of a row. */
export function fineErrors({ errors }: FineQueries, largest: number): Float64Array {
  return errors.map((error) => error * (normAtMost + largest) + fineRounding);
}
