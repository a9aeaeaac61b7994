/** Width and height of a crop in pixels. */
export type CropSize = readonly [width: number, height: number];

/** Aspect (width / height) of each of the 12 crop buckets (SPEC 4). */
export const bucketAspects: readonly number[] = [
  0.25, 0.335, 0.415, 0.5, 0.5721925, 0.66857143, 0.8, 1, 1.25, 1.4957264, 1.74766355, 2,
];

/** Index of the bucket whose aspect is nearest to `width / height`; the lower index on a tie. */
export function bucketOf(width: number, height: number): number {
  const aspect = width / height;
  let nearest = 0;
  for (const [index, candidate] of bucketAspects.entries()) {
    if (Math.abs(candidate - aspect) < Math.abs((bucketAspects[nearest] ?? 0) - aspect)) nearest = index;
  }
  return nearest;
}
