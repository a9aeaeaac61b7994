import { assertBoxFeature } from '../core/assert-box-feature.ts';
import { type KeptBox } from '../core/crop.ts';
import { type Owner } from '../core/frame.ts';
import { rowMultiple } from './dot-products.ts';
import { blocksOf, type BoxSource } from './box-source.ts';

/** Some boxes and their features side by side in memory. */
export interface PackedBoxes {
  /** The boxes without their features. */
  readonly boxes: readonly KeptBox[];
  /** Row by row, `boxes.length x featureLength` numbers and then room; valid until the next block is asked for. */
  readonly features: Float32Array;
  readonly featureLength: number;
}

/** Options of {@link packBoxes}. */
export interface PackBoxesOptions {
  /** Which side every box has to be of. */
  readonly side: Owner['side'];
  /** Most boxes in one block: an integer, at least 1. */
  readonly rows: number;
  /** Numbers in one feature; that of the first box when left out. */
  readonly featureLength?: number | undefined;
}

/**
 * Gathers a source into blocks of at most `rows` boxes, in order. Holds one block, in one buffer that is used again.
 *
 * @throws TypeError when a box is of the other side, or a feature has another length or is no unit vector.
 */
export async function* packBoxes(source: BoxSource, options: PackBoxesOptions): AsyncGenerator<PackedBoxes> {
  const { side, rows } = options;
  let { featureLength } = options;
  let features = new Float32Array(0);
  let boxes: KeptBox[] = [];

  for await (const block of blocksOf(source)) {
    for (const box of block) {
      featureLength ??= box.feature.length;
      assertBoxFeature(box, { side, featureLength });
      if (boxes.length === rows) {
        yield { boxes, features, featureLength };
        boxes = [];
      }
      if (features.length === 0)
        features = new Float32Array(Math.ceil(rows / rowMultiple) * rowMultiple * featureLength);
      features.set(box.feature, boxes.length * featureLength);
      boxes.push({
        owner: box.owner,
        frame: box.frame,
        boxIndex: box.boxIndex,
        box: box.box,
        score: box.score,
      });
    }
  }
  if (boxes.length > 0 && featureLength !== undefined) yield { boxes, features, featureLength };
}
