import { cutSkirt, cutTrousers } from './cut-bottom.ts';
import { type GarmentCut } from './cut-part.ts';
import { cutTop } from './cut-top.ts';
import { type GarmentDesign } from './garment-design.ts';

/** Cuts the pieces of a design. */
export function cutGarment(design: GarmentDesign): GarmentCut {
  const { kind } = design.shape;
  if (kind === 'pants' || kind === 'shorts') return cutTrousers(design);
  return kind === 'skirt' ? cutSkirt(design) : cutTop(design);
}
