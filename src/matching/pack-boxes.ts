import { assertBoxFeature } from '../core/assert-box-feature.ts';
import { type KeptBox } from '../core/crop.ts';
import { type Owner } from '../core/frame.ts';
import { blocksOf, type BoxSource } from './box-source.ts';
import { rowsPerGroup } from './nearest-rows.ts';

/** Some boxes and their features side by side in memory. */
export interface PackedBoxes {
  /** The boxes without their features. */
  readonly boxes: readonly KeptBox[];
  /** Row by row, `boxes.length x featureLength` numbers and then room, for a multiple of 16 rows; valid until the next block is asked for. */
  readonly features: Float32Array<ArrayBuffer>;
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
  /** Memory for so many numbers or more. @defaultValue new memory */
  readonly room?: ((numbers: number) => Float32Array<ArrayBuffer>) | undefined;
}

/**
 * Gathers a source into blocks of at most `rows` boxes, in order. Holds one block, in memory that is used again unless whoever has the block gives it away (transfers it).
 *
 * @throws TypeError when a box is of the other side, or a feature has another length or is no unit vector.
 */
export async function* packBoxes(source: BoxSource, options: PackBoxesOptions): AsyncGenerator<PackedBoxes> {
  const { side, rows, room = (numbers) => new Float32Array(numbers) } = options;
  let { featureLength } = options;
  let features: Float32Array<ArrayBuffer> = new Float32Array(0);
  let boxes: KeptBox[] = [];

  for await (const block of blocksOf(source)) {
    for (const box of block) {
      assertBoxFeature(box, { side, featureLength });
      featureLength ??= box.feature.length;
      if (boxes.length === rows) {
        yield { boxes, features, featureLength };
        boxes = [];
      }
      if (features.length === 0) features = room(Math.ceil(rows / rowsPerGroup) * rowsPerGroup * featureLength);
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
