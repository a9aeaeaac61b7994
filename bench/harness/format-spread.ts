import { type Cost, type Spread } from './spread.ts';

/** Two or three digits that count. */
export function formatRatio(value: number): string {
  return value >= 10 ? value.toFixed(1) : value.toFixed(2);
}

/** A median with its quartiles in brackets. */
export function formatSpread({ median, quartiles: [low, high] }: Spread): string {
  return `${formatRatio(median)} (${formatRatio(low)}–${formatRatio(high)})`;
}

/** What runs cost, in seconds: the medians. */
export function formatCost({ wallSeconds, cpuSeconds }: Readonly<Record<keyof Cost, Spread>>): string {
  return `${wallSeconds.median.toFixed(1)} s (CPU ${cpuSeconds.median.toFixed(1)} s)`;
}
