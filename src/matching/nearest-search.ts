import { type NearerRows } from './nearest-rows.ts';
import { type PackedBoxes } from './pack-boxes.ts';

/** Finds nearest rows somewhere else than on the calling thread. One search after the other. */
export interface NearestSearch {
  /**
   * Whether it should be given the next block, of so many multiplications. What it was not given counts: a search that takes time to start begins
   * when it would have been worth it.
   */
  isWorth(products: number): boolean;
  /** Begins a search for what is nearest to some queries. Their features have been copied when it resolves. */
  begin(queries: PackedBoxes): Promise<void>;
  /** Memory for `numbers` numbers or more, to be filled and given to {@link add}: that of a block which has been looked at, where there is one. */
  room(numbers: number): Float32Array<ArrayBuffer>;
  /**
   * Gives it a block of rows, and the memory of its features, which may be detached when this resolves: when there is somebody to look at them.
   *
   * @param found told, before `finish` resolves, which rows of the block may be nearest: all that are, and some that are not.
   */
  add(block: PackedBoxes, found: (nearer: NearerRows) => void): Promise<void>;
  /** Resolves when all blocks have been looked at. Rejects, as `add` may, when one could not be. */
  finish(): Promise<void>;
}
