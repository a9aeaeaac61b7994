import { type MatchingOptions } from '../core/defaults.ts';
import { quantile } from './quantile.ts';

/**
 * Keeps what is nearer than the quantile of its distances, or else, where `keepAtLeast` says so, the first of the nearest (SPEC 6 b).
 * Keeps the order of `values`.
 */
export function keepNear<T>(
  values: readonly T[],
  distanceOf: (value: T) => number,
  { quantile: share, keepAtLeast }: Pick<MatchingOptions, 'quantile' | 'keepAtLeast'>,
): readonly T[] {
  if (values.length === 0) return [];
  const distances = values.map(distanceOf);
  const limit = quantile(distances, share);
  const kept = values.filter((_, index) => distances[index]! < limit);
  if (kept.length > 0 || keepAtLeast === 0) return kept;
  const smallest = distances.reduce((a, b) => Math.min(a, b));
  const first = distances.indexOf(smallest);
  return values.slice(first, first + 1);
}
