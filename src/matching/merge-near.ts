import { type KeptBox } from '../core/crop.ts';
import { type GalleryHit } from '../core/gallery.ts';
import { compareHits } from './compare-hits.ts';
import { type NearRows } from './select-nearest.ts';

/**
 * The `k` nearest boxes of one query, from what several searches of different rows have found; each has to have found its own `k` nearest, and
 * whatever is as near as the last of them.
 */
export function mergeNear(
  parts: readonly NearRows[],
  { k, boxOf }: { readonly k: number; readonly boxOf: (row: number) => KeptBox },
): readonly GalleryHit[] {
  const distances = parts.flatMap((part) => part.distances);
  const limit = distances.toSorted((a, b) => a - b)[k - 1] ?? Infinity;
  return parts
    .flatMap((part) =>
      part.rows.flatMap((row, place) => {
        const distance = part.distances[place] ?? Infinity;
        return distance <= limit ? [{ box: boxOf(row), distance }] : [];
      }),
    )
    .sort(compareHits)
    .slice(0, k);
}
