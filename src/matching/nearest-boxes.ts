import { compareIds } from '../core/compare-ids.ts';
import { type KeptBox } from '../core/crop.ts';
import { squaredDistance } from './dot-products.ts';
import { type PackedBoxes } from './pack-boxes.ts';
import { type Pace } from './pace.ts';
import { visitDots } from './visit-dots.ts';

/** The gallery box nearest to a query box. */
export interface Nearest {
  readonly box: KeptBox;
  /** Squared distance, 0 to 4, a float32. */
  readonly distance: number;
}

/**
 * Finds the nearest gallery box of each query by going through the whole gallery once, a block at a time.
 *
 * Of gallery boxes at the same distance the first by {@link compareGalleryBoxes} wins, whatever the order of the blocks.
 * The answer is empty when the gallery is, and else has one entry a query.
 */
export async function nearestBoxes(
  queries: PackedBoxes,
  gallery: AsyncIterable<PackedBoxes>,
  pace: Pace,
): Promise<readonly Nearest[]> {
  const nearest: { box: KeptBox; distance: number }[] = [];
  for await (const block of gallery) {
    await visitDots(queries, block, {
      pace,
      visit(dots, { query, offset, firstRow, rows }) {
        let best = nearest[query];
        for (let row = 0; row < rows; row += 1) {
          const distance = squaredDistance(dots[offset + row]!);
          if (best !== undefined && distance > best.distance) continue;
          const box = block.boxes[firstRow + row]!;
          if (best === undefined) nearest[query] = best = { box, distance };
          else if (distance < best.distance || compareGalleryBoxes(box, best.box) < 0) {
            best.box = box;
            best.distance = distance;
          }
        }
      },
    });
  }
  return nearest;
}

/** Order in which equally near gallery boxes are taken: lower video id, lower frame, higher score, lower box index (SPEC 6 a). */
export function compareGalleryBoxes(a: KeptBox, b: KeptBox): number {
  return (
    compareIds(a.owner.id, b.owner.id) ||
    Number(a.frame) - Number(b.frame) ||
    b.score - a.score ||
    a.boxIndex - b.boxIndex
  );
}
