import { compareIds } from '../core/compare-ids.ts';
import { type KeptBox } from '../core/crop.ts';
import { squaredDistance } from './dot-products.ts';
import { type NearestSearch } from './nearest-search.ts';
import { type PackedBoxes } from './pack-boxes.ts';
import { type Pace } from './pace.ts';
import { visitDots } from './visit-dots.ts';

/** The gallery box nearest to a query box. */
export interface Nearest {
  readonly box: KeptBox;
  /** Squared distance, 0 to 4, a float32. */
  readonly distance: number;
}

/** Options of {@link nearestBoxes}. */
export interface NearestBoxesOptions {
  readonly pace: Pace;
  /** Where to go on when that is worth it; nowhere when left out. */
  readonly search?: NearestSearch | undefined;
}

/**
 * Finds the nearest gallery box of each query by going through the whole gallery once, a block at a time.
 *
 * Of gallery boxes at the same distance the first by {@link compareGalleryBoxes} wins, whatever the order of the blocks, and
 * whether they are looked at here or by `search`. The answer is empty when the gallery is, and else has one entry a query.
 */
export async function nearestBoxes(
  queries: PackedBoxes,
  gallery: AsyncIterable<PackedBoxes>,
  { pace, search }: NearestBoxesOptions,
): Promise<readonly Nearest[]> {
  const nearest: { box: KeptBox; distance: number }[] = [];
  const offer = (query: number, box: KeptBox, distance: number): void => {
    const best = nearest[query];
    if (best === undefined) nearest[query] = { box, distance };
    else if (distance < best.distance || (distance === best.distance && compareGalleryBoxes(box, best.box) < 0)) {
      best.box = box;
      best.distance = distance;
    }
  };

  let isElsewhere = false;
  for await (const block of gallery) {
    const products = queries.boxes.length * block.boxes.length * queries.featureLength;
    if (search?.isWorth(products)) {
      if (!isElsewhere) await search.begin(queries);
      isElsewhere = true;
      const { boxes } = block;
      await search.add(block, ({ queries: of, rows, distances }) => {
        for (const [place, query] of of.entries()) offer(query, boxes[rows[place]!]!, distances[place]!);
      });
      await pace.rest();
      continue;
    }
    await visitDots(queries, block, {
      pace,
      visit(dots, { query, offset, firstRow, rows }) {
        let limit = nearest[query]?.distance ?? Infinity;
        for (let row = 0; row < rows; row += 1) {
          const distance = squaredDistance(dots[offset + row]!);
          if (distance > limit) continue;
          offer(query, block.boxes[firstRow + row]!, distance);
          limit = distance;
        }
      },
    });
  }
  if (isElsewhere) await search?.finish();
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
