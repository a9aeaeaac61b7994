import { dotProducts, queriesAtOnce } from './dot-products.ts';
import { type PackedBoxes } from './pack-boxes.ts';
import { type Pace } from './pace.ts';

/** Gallery rows in one slice of arithmetic: with 4 queries of 2048 numbers, some 2 ms. */
const sliceRows = 256;

/** Is given the dot products of query `query` with the gallery rows `firstRow ... firstRow + rows - 1`, from `dots[offset]` on. */
export type DotVisitor = (
  dots: Float64Array,
  slice: { readonly query: number; readonly offset: number; readonly firstRow: number; readonly rows: number },
) => void;

/**
 * Calls `visit` for each query and each slice of one gallery block, slices in rising order for a query.
 *
 * Holds 4 x 256 products. Lets the event loop turn between slices when `pace` says so.
 */
export async function visitDots(
  queries: PackedBoxes,
  gallery: PackedBoxes,
  { pace, visit }: { readonly pace: Pace; readonly visit: DotVisitor },
): Promise<void> {
  const { featureLength } = queries;
  const dots = new Float64Array(queriesAtOnce * sliceRows);
  for (let firstRow = 0; firstRow < gallery.boxes.length; firstRow += sliceRows) {
    const rows = Math.min(sliceRows, gallery.boxes.length - firstRow);
    const stride = rows + (rows % 2);
    for (let firstQuery = 0; firstQuery < queries.boxes.length; firstQuery += queriesAtOnce) {
      dotProducts(dots, {
        queries: queries.features,
        firstQuery,
        gallery: gallery.features,
        firstRow,
        rows: stride,
        featureLength,
      });
      const lastQuery = Math.min(firstQuery + queriesAtOnce, queries.boxes.length);
      for (let query = firstQuery; query < lastQuery; query += 1) {
        visit(dots, { query, offset: (query - firstQuery) * stride, firstRow, rows });
      }
      if (pace.isDue()) await pace.rest();
    }
  }
}
