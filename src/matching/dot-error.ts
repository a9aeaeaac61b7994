/** Furthest that a float32 can be off by rounding, relative to itself. */
const roundOff = 2 ** -24;

/**
 * Furthest that a dot product of two vectors of norm 1 (give or take `normTolerance`), summed in float32 in whatever order, is from the true one:
 * n roundings, each of at most 2^-24 of a sum of absolute products, which is at most the product of the norms.
 */
export function dotError(featureLength: number): number {
  return featureLength * roundOff * 1.01;
}

/** Furthest that a true product can be below what its distance says: that is rounded to float32, and products above 1 all mean 0. */
const distanceSlack = 4 * roundOff;

/** The least true product of a row that is as near as one whose true product is at least `dot`. */
export function leastEqualDot(dot: number): number {
  return Math.min(1, dot) - distanceSlack;
}

/** The least true product that a row can have whose distance is `distance` or less. */
export function leastTrueDot(distance: number): number {
  return 1 - distance / 2 - distanceSlack;
}
