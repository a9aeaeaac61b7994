import { type BoxFeature } from '../core/box-feature.ts';

/**
 * Boxes to match: a list in memory, or blocks from somewhere else.
 *
 * A gallery is gone through once for every few thousand queries: its `[Symbol.asyncIterator]()` has to start anew each time, as
 * that of the box store does and that of a running generator does not.
 */
export type BoxSource = readonly BoxFeature[] | AsyncIterable<readonly BoxFeature[]>;

/** The blocks of a source. */
export async function* blocksOf(source: BoxSource): AsyncGenerator<readonly BoxFeature[]> {
  if (Symbol.asyncIterator in source) yield* source;
  else yield source;
}
