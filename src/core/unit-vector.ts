/** Furthest that the norm of a feature may be from 1; float16 weights and text features stay well below. */
const normTolerance = 1e-3;

/** Euclidean norm. */
export function normOf(feature: Float32Array): number {
  let sum = 0;
  for (let index = 0; index < feature.length; index += 1) sum += (feature[index] ?? 0) ** 2;
  return Math.sqrt(sum);
}

/** Whether a vector has norm 1, as far as anybody can ask of a feature; not when a number in it is none. */
export function isUnitVector(feature: Float32Array): boolean {
  return Math.abs(normOf(feature) - 1) <= normTolerance;
}

/** Of unit vectors of one length. */
export function cosine(a: Float32Array, b: Float32Array): number {
  let sum = 0;
  for (let index = 0; index < a.length; index += 1) sum += a[index]! * b[index]!;
  return sum;
}
