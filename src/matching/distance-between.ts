import { squaredDistance } from './dot-products.ts';

/** Distance of two unit vectors as `squaredDistance` defines it, the products added in index order in float64. */
export function distanceBetween(a: Float32Array, b: Float32Array): number {
  let dot = 0;
  for (let index = 0; index < a.length; index += 1) dot += (a[index] ?? 0) * (b[index] ?? 0);
  return squaredDistance(dot);
}
