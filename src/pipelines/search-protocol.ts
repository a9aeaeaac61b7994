import { type NearRows } from '../matching/select-nearest.ts';

/** Features of some rows that stand one after the other. */
export interface FeatureBlock {
  /** `rows x featureLength` numbers, and perhaps room after them. */
  readonly features: Float32Array<ArrayBuffer>;
  readonly rows: number;
  /** Number of the first row among all rows of the gallery. */
  readonly firstRow: number;
}

/** What a search lane is started with. */
export interface SearchStart {
  readonly featureLength: number;
  /** Shared memory: 1 while the thread may be inside native code, else 0. */
  readonly busy: Int32Array;
}

/**
 * What a search lane is told. `hold` gives it a block for good. `begin` starts a search with the blocks that it holds, `scan` shows it one more, `finish`
 * ends it. `close` comes last.
 */
export type SearchMessage =
  | { readonly kind: 'hold'; readonly block: FeatureBlock }
  | { readonly kind: 'begin'; readonly queries: Float32Array; readonly k: number }
  | { readonly kind: 'scan'; readonly block: FeatureBlock }
  | { readonly kind: 'finish' }
  | { readonly kind: 'close' };

/** What a search lane answers, in order: one answer a message, `close` excepted. A block that was scanned comes back to be filled again. */
export type SearchReply =
  | { readonly kind: 'done'; readonly found?: readonly NearRows[]; readonly scanned?: Float32Array<ArrayBuffer> }
  | { readonly kind: 'failed'; readonly message: string };
