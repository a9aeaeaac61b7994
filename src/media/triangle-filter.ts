/** Weights are fractions of 2^22, as in Pillow: 255 of them stay inside 32 bits. */
export const weightBits = 22;

/** Which samples of a side make each sample of a resized side, and with which weights. */
export interface TriangleFilter {
  /** Most samples in a window, made even. */
  readonly length: number;
  /** First sample of the window of an output. */
  first(index: number): number;
  /** The sample after the last one of that window. */
  end(index: number): number;
  /** Weights of that window in 2^22ths, then zeros: `length` numbers, which the next call overwrites. */
  weigh(index: number): Int32Array;
}

/**
 * Pillow's BILINEAR along one side: a triangle that widens as the side shrinks, half-pixel centres.
 *
 * @param from samples of the side, at least 1.
 * @param to samples wanted, at least 1.
 */
export function triangleFilter(from: number, to: number): TriangleFilter {
  const scale = from / to;
  const reach = Math.max(scale, 1);
  const first = (index: number): number => Math.max(0, Math.trunc((index + 0.5) * scale - reach + 0.5));
  const end = (index: number): number => Math.min(from, Math.trunc((index + 0.5) * scale + reach + 0.5));
  let most = 0;
  for (let index = 0; index < to; index += 1) most = Math.max(most, end(index) - first(index));
  const length = most + (most % 2);
  const weights = new Int32Array(length);

  const weigh = (index: number): Int32Array => {
    const centre = (index + 0.5) * scale;
    const start = first(index);
    const count = end(index) - start;
    const exact = (k: number): number => Math.max(0, 1 - Math.abs((k + start - centre + 0.5) / reach));
    let sum = 0;
    for (let k = 0; k < count; k += 1) sum += exact(k);
    for (let k = 0; k < count; k += 1) weights[k] = Math.trunc((exact(k) / sum) * (1 << weightBits) + 0.5);
    return weights.fill(0, count);
  };
  return { length, first, end, weigh };
}
