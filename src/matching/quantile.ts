/**
 * Quantile of some numbers with linear interpolation, in float64: NumPy's default method ("linear", Hyndman and Fan's type 7).
 *
 * @param share from 0 to 1.
 * @throws TypeError when there are no values.
 */
export function quantile(values: readonly number[], share: number): number {
  if (values.length === 0) throw new TypeError('Expected `values` to hold at least one number');
  const sorted = [...values].sort((a, b) => a - b);
  const position = share * (sorted.length - 1);
  const below = Math.floor(position);
  const low = sorted[below] ?? 0;
  const high = sorted[below + 1] ?? low;
  const fraction = position - below;
  // NumPy comes from the nearer end, which makes the last bit of the answer the same from both sides.
  return fraction < 0.5 ? low + (high - low) * fraction : high - (high - low) * (1 - fraction);
}
