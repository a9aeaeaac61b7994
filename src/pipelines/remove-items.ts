import { assertPath } from '../core/assert.ts';
import { assertWholeIndex } from '../io/assert-whole-index.ts';
import { whileClaimed } from '../io/claim-folder.ts';
import { openItemIndex } from '../io/open-item-index.ts';
import { writeItemIndex } from '../io/write-item-index.ts';
import { contentOf, type IndexContent } from './index-report.ts';

/** What {@link removeItems} did. */
export interface RemovalReport {
  readonly index: string;
  readonly removed: readonly string[];
  /** Asked for, and not in the index. */
  readonly unknown: readonly string[];
  /** The index afterwards. */
  readonly content: IndexContent;
}

/**
 * Takes items out of an index, all at once; those that are not there are named and change nothing. Their features stay on the disk
 * and are not searched any more.
 *
 * @example const { unknown } = await removeItems('shop.vitrine', ['000041']);
 * @throws PipelineError `store-invalid`, also when a file of features of what is left is missing or cut, or `file-unwritable`.
 */
export async function removeItems(index: string, ids: readonly string[]): Promise<RemovalReport> {
  assertPath('index', index);
  return whileClaimed([index], () => takeOut(index, ids));
}

async function takeOut(index: string, ids: readonly string[]): Promise<RemovalReport> {
  const before = await openItemIndex(index);
  const asked = [...new Set(ids)];
  const removed = asked.filter((id) => before.items.has(id));
  // What is taken out may be what is damaged.
  const left = before.shards.filter(({ items }) => items.some(({ id }) => !removed.includes(id)));
  assertWholeIndex({ ...before, shards: left });
  if (removed.length > 0) await writeItemIndex(before).remove(removed);
  return {
    index,
    removed,
    unknown: asked.filter((id) => !before.items.has(id)),
    content: contentOf(await openItemIndex(index)),
  };
}
