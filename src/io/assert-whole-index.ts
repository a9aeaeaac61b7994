import { indexBlocks } from './index-blocks.ts';
import { type ItemIndex } from './open-item-index.ts';
import { assertStored } from './read-index-block.ts';

/**
 * Makes sure that the features of an index, or of some of its shards, are all on the disk, by the sizes of their files; what is in them is not looked at. It blocks the
 * calling thread, for some microseconds a shard.
 *
 * @throws PipelineError `store-invalid` that names the file that is missing or cut.
 */
export function assertWholeIndex(index: Pick<ItemIndex, 'shards' | 'featureLength'>): void {
  assertStored(indexBlocks(index, 1));
}
