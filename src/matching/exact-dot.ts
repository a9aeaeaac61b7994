/** A query and a row of features, each set row by row. */
export interface QueryAndRow {
  readonly queries: Float32Array;
  readonly query: number;
  readonly features: Float32Array;
  readonly row: number;
  readonly featureLength: number;
}

/** Sums that are added to at the same time: each waits for its last addition, four do not wait for each other. */
const sumsAtOnce = 4;

/** Furthest that {@link dotInAnyOrder} is from {@link dotInOrder}, when what they sum is at most 2 without signs; far more than it is. */
export const orderError = 1e-9;

/** A dot product in float64, several sums at a time: the last bits are not those of {@link dotInOrder}, and it takes a third of the time. */
export function dotInAnyOrder({ queries, query, features, row, featureLength }: QueryAndRow): number {
  const q = query * featureLength;
  const r = row * featureLength;
  const even = featureLength - (featureLength % sumsAtOnce);
  let s0 = 0;
  let s1 = 0;
  let s2 = 0;
  let s3 = 0;
  for (let index = 0; index < even; index += sumsAtOnce) {
    s0 += queries[q + index]! * features[r + index]!;
    s1 += queries[q + index + 1]! * features[r + index + 1]!;
    s2 += queries[q + index + 2]! * features[r + index + 2]!;
    s3 += queries[q + index + 3]! * features[r + index + 3]!;
  }
  for (let index = even; index < featureLength; index += 1) s0 += queries[q + index]! * features[r + index]!;
  return s0 + s1 + s2 + s3;
}

/** A dot product added in index order in float64, as `dotProducts` does. */
export function dotInOrder({ queries, query, features, row, featureLength }: QueryAndRow): number {
  const q = query * featureLength;
  const r = row * featureLength;
  let dot = 0;
  for (let index = 0; index < featureLength; index += 1) dot += queries[q + index]! * features[r + index]!;
  return dot;
}
