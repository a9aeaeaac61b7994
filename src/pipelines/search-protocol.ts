import { type IndexBlock } from '../io/index-blocks.ts';
import { type NearerRows } from '../matching/nearest-rows.ts';
import { type NearRows } from '../matching/select-nearest.ts';
import { type LaneState } from '../models/lane-protocol.ts';

/** What a search lane is started with. */
export interface SearchStart {
  /** Of the blocks that it will be given. */
  readonly featureLength: number;
  /** Most rows on the disk of any block that it will be given. */
  readonly storedRows: number;
  /** What the thread and the rest of the process know of each other without messages. */
  readonly state: LaneState;
}

/** Rows that are given to a lane, buffer and all. */
export interface GivenRows {
  /** Row by row, with room for a multiple of 16. */
  readonly features: Float32Array<ArrayBuffer>;
  readonly rows: number;
}

/** Rows that have been looked at. */
export interface LookedRows {
  /** What they were given in, to be used again. */
  readonly features: Float32Array<ArrayBuffer>;
  /** What of them is nearest, or as near as something that was looked at before; numbered from 0 as they were given. */
  readonly nearer: NearerRows;
}

/**
 * What a search lane is told. `hold` gives it a block to read and keep. `begin` starts a search with the blocks that it holds, `scan` adds one that it
 * reads and forgets, `finish` ends it. `seek` starts a search for the nearest alone among rows that it is given, and each `look` gives it some; it needs no
 * end. `close` comes last.
 */
export type SearchMessage =
  | { readonly kind: 'hold'; readonly block: IndexBlock }
  | { readonly kind: 'begin'; readonly queries: Float32Array; readonly k: number }
  | { readonly kind: 'scan'; readonly block: IndexBlock; readonly isChecked: boolean }
  | { readonly kind: 'finish' }
  | { readonly kind: 'seek'; readonly queries: Float32Array; readonly featureLength: number }
  | { readonly kind: 'look'; readonly given: GivenRows }
  | { readonly kind: 'close' };

/** What a search lane answers, in order: one answer a message, `close` excepted. `path` is the file at fault, if it is one. */
export type SearchReply =
  | { readonly kind: 'done' }
  | { readonly kind: 'looked'; readonly looked: LookedRows }
  | { readonly kind: 'found'; readonly found: readonly NearRows[] }
  | { readonly kind: 'failed'; readonly message: string; readonly path?: string };
