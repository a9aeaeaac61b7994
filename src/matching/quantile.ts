/**
 * Quantile of some numbers with linear interpolation, in float64: NumPy's default method ("linear", Hyndman and Fan's type 7). Where its place is that of a number but for
 * rounding, it is that number, as NumPy 2 has it in float32 and not always in float64.
 *
 * @param share from 0 to 1.
 * @throws TypeError when there are no values.
 */
export function quantile(values: readonly number[], share: number): number {
  if (values.length === 0) throw new TypeError('Expected `values` to hold at least one number');
  const sorted = [...values].sort((a, b) => a - b);
  const position = onPlace(share * (sorted.length - 1));
  const below = Math.floor(position);
  const low = sorted[below] ?? 0;
  const high = sorted[below + 1] ?? low;
  const fraction = position - below;
  // NumPy comes from the nearer end, which makes the last bit of the answer the same from both sides.
  return fraction < 0.5 ? low + (high - low) * fraction : high - (high - low) * (1 - fraction);
}

/** Further from a place than a product is rounded by, and nearer than any that lies between two. */
const nextTo = 1e-9;

/** The place that a position is, or is but for rounding: 0.28 of 25 is 7, not 7.000000000000001, which would lie above the number there. */
function onPlace(position: number): number {
  const place = Math.round(position);
  return Math.abs(position - place) < nextTo ? place : position;
}
