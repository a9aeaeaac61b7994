import { type BoxFeature } from '../core/box-feature.ts';

/**
 * Boxes to match: a list in memory, or blocks from somewhere else.
 *
 * A gallery is gone through once for every few thousand queries: its `[Symbol.asyncIterator]()` has to start anew each time, as
 * that of the box store does and that of a running generator does not.
 */
export type BoxSource = readonly BoxFeature[] | AsyncIterable<readonly BoxFeature[]>;

/**
 * The blocks of a source.
 *
 * @throws TypeError when it is neither a list nor something that gives blocks, which a caller without types can hand over.
 */
export async function* blocksOf(source: BoxSource): AsyncGenerator<readonly BoxFeature[]> {
  if (typeof source !== 'object' || source === null || !(Array.isArray(source) || Symbol.asyncIterator in source)) {
    throw new TypeError('Expected boxes as a list, or as an AsyncIterable of lists');
  }
  if (Symbol.asyncIterator in source) yield* source;
  else yield source;
}
