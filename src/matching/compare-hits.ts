import { compareIds } from '../core/compare-ids.ts';
import { type GalleryHit } from '../core/gallery.ts';

/** Order of the boxes that are near a query: by rising distance, then by item id, picture name and box index. */
export function compareHits(a: GalleryHit, b: GalleryHit): number {
  return (
    a.distance - b.distance ||
    compareIds(a.box.owner.id, b.box.owner.id) ||
    compareIds(a.box.frame, b.box.frame) ||
    a.box.boxIndex - b.box.boxIndex
  );
}
