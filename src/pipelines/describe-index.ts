import { assertPath } from '../core/assert.ts';
import { type ApproximateFacts } from '../core/gallery.ts';
import { approximateFacts, readApproximate } from '../io/approximate-index.ts';
import { type IndexManifest, indexFormat } from '../io/item-index-format.ts';
import { assertWholeIndex } from '../io/assert-whole-index.ts';
import { openItemIndex } from '../io/open-item-index.ts';
import { contentOf, type IndexContent } from './index-report.ts';

/** What is known of an index without a look at its features. */
export interface IndexDescription extends IndexContent, Pick<IndexManifest, 'model' | 'featureLength' | 'options'> {
  readonly index: string;
  readonly format: number;
  readonly pictures: number;
  /** Shards of which something counts. */
  readonly shards: number;
  /** Size of all features on the disk. */
  readonly featureBytes: number;
  /** What an approximate search would go by; absent when `buildApproximate` has made nothing. */
  readonly approximate?: ApproximateFacts;
}

/**
 * Says what an index holds and which models made it. That all features are there is seen by the sizes of their files; what is in them is not looked at.
 *
 * @throws PipelineError `store-invalid`, also when a file of features is missing or cut.
 */
export async function describeIndex(folder: string): Promise<IndexDescription> {
  assertPath('index', folder);
  const index = await openItemIndex(folder);
  assertWholeIndex(index);
  const manifest = await readApproximate(folder);
  const { model, featureLength, options, items, shards, rows, staleRows } = index;
  return {
    index: folder,
    format: indexFormat,
    model,
    featureLength,
    options,
    ...contentOf(index),
    pictures: [...items.values()].reduce((sum, { pictures }) => sum + pictures.length, 0),
    shards: shards.length,
    featureBytes: (rows + staleRows) * featureLength * 4,
    ...(manifest && { approximate: approximateFacts(index, manifest) }),
  };
}
