import { type IndexBlock } from '../io/index-blocks.ts';
import { type NearRows } from '../matching/select-nearest.ts';

/** What a search lane is started with. */
export interface SearchStart {
  readonly featureLength: number;
  /** Most rows on the disk of any block that it will be given. */
  readonly storedRows: number;
  /** Shared memory: 1 while the thread may be inside native code, else 0. */
  readonly busy: Int32Array;
}

/**
 * What a search lane is told. `hold` gives it a block to read and keep. `begin` starts a search with the blocks that it holds, `scan` adds one that it
 * reads and forgets, `finish` ends it. `close` comes last.
 */
export type SearchMessage =
  | { readonly kind: 'hold'; readonly block: IndexBlock }
  | { readonly kind: 'begin'; readonly queries: Float32Array; readonly k: number }
  | { readonly kind: 'scan'; readonly block: IndexBlock; readonly isChecked: boolean }
  | { readonly kind: 'finish' }
  | { readonly kind: 'close' };

/** What a search lane answers, in order: one answer a message, `close` excepted. `path` is the file at fault, if it is one. */
export type SearchReply =
  | { readonly kind: 'done'; readonly found: readonly NearRows[] }
  | { readonly kind: 'failed'; readonly message: string; readonly path?: string };
