import { type BoxFeature } from '../../src/core/box-feature.ts';
import { type Owner } from '../../src/core/frame.ts';

/** Fields of a box that a test cares about; the others get plain values. */
export interface BoxSketch {
  readonly id: string;
  readonly frame?: string;
  readonly boxIndex?: number;
  readonly box?: BoxFeature['box'];
  readonly score?: number;
  /** Need not have norm 1: it is normalised. */
  readonly feature?: readonly number[];
}

/** A box of an item. */
export function queryBox(sketch: BoxSketch): BoxFeature {
  return box('query', { frame: '0', ...sketch });
}

/** A box of a clip. */
export function galleryBox(sketch: BoxSketch): BoxFeature {
  return box('gallery', { frame: '80', ...sketch });
}

function box(side: Owner['side'], sketch: BoxSketch & { readonly frame: string }): BoxFeature {
  const { id, frame, boxIndex = 0, box: place = [0, 0, 10, 20], score = 0.9, feature = [1, 0] } = sketch;
  const norm = Math.hypot(...feature);
  return {
    owner: { side, id },
    frame,
    boxIndex,
    box: place,
    score,
    feature: Float32Array.from(feature, (value) => value / norm),
  };
}
