/** Latencies that are remembered. */
const length = 1000;

/** Quantiles of the last thousand latencies. */
export interface LatencyWindow {
  /** Takes one more, in milliseconds. */
  add(ms: number): void;
  /** Quantiles in milliseconds; null before the first. */
  read(): { readonly p50: number; readonly p95: number; readonly max: number } | null;
}

/** Remembers the last thousand latencies. */
export function latencyWindow(): LatencyWindow {
  const kept: number[] = [];
  let count = 0;
  return {
    add: (ms) => {
      kept[count % length] = ms;
      count += 1;
    },
    read: () => {
      if (kept.length === 0) return null;
      const sorted = kept.toSorted((a, b) => a - b);
      const at = (share: number): number => sorted[Math.ceil(share * sorted.length) - 1]!;
      return { p50: at(0.5), p95: at(0.95), max: sorted.at(-1)! };
    },
  };
}
