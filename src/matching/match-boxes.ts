import { assertInteger, assertKeys, type EveryKey } from '../core/assert.ts';
import { type MatchingOptions } from '../core/defaults.ts';
import { type Match } from '../core/match.ts';
import { type BoxSource } from './box-source.ts';
import { checkMatching } from './check-matching.ts';
import { claimClip, type Vote } from './claim-clip.ts';
import { nearestBoxes } from './nearest-boxes.ts';
import { type NearestSearch } from './nearest-search.ts';
import { packBoxes } from './pack-boxes.ts';
import { keepPace } from './pace.ts';
import { settleClaims } from './settle-claims.ts';

/** What {@link matchBoxes} takes. */
export interface MatchBoxesOptions {
  /** Boxes of the items' pictures, in any order. */
  readonly queries: BoxSource;
  /** Boxes of the clips, in any order; their frames are indices of decoded frames. */
  readonly gallery: BoxSource;
  /** Thresholds. @defaultValue `defaultMatching` */
  readonly options?: Partial<MatchingOptions>;
  /** Most query boxes searched at once: an integer, at least 1. The gallery is read once for each. @defaultValue `4096` */
  readonly queryRows?: number;
  /** Most gallery boxes held at once: an integer, at least 1. @defaultValue `1024` */
  readonly galleryRows?: number;
  /** Finds the nearest boxes of much work on other threads, with the same answer. The caller opens and closes it. @defaultValue none: all is done on this thread */
  readonly search?: NearestSearch | undefined;
  /** Stops the search; the promise then rejects with its reason. */
  readonly signal?: AbortSignal | undefined;
}

const optionKeys: EveryKey<MatchBoxesOptions> = {
  queries: true,
  gallery: true,
  options: true,
  queryRows: true,
  galleryRows: true,
  search: true,
  signal: true,
};

/**
 * Says which item each clip shows, in which frame and where: the rule of SPEC 6 over all boxes.
 *
 * The search is exact and goes through blocks of `queryRows x galleryRows`; beside one block of each side it holds one small
 * record a query box. The answer depends on neither order nor block sizes. The event loop turns every few milliseconds.
 *
 * @example const matches = await matchBoxes({ queries: store.boxes('query'), gallery: store.boxes('gallery') });
 * @returns at most one match a clip, by rising video id.
 * @throws TypeError when an option is out of range, or a box is of the wrong side or its feature no unit vector of the common length.
 */
export async function matchBoxes(input: MatchBoxesOptions): Promise<readonly Match[]> {
  const { queries, gallery, queryRows = 4096, galleryRows = 1024, search, signal } = input;
  assertKeys('input', input, optionKeys);
  const options = checkMatching(input.options);
  assertInteger('queryRows', queryRows, 1);
  assertInteger('galleryRows', galleryRows, 1);
  signal?.throwIfAborted();

  const pace = keepPace(signal);
  const votes = new Map<string, Vote[]>();
  for await (const block of packBoxes(queries, { side: 'query', rows: queryRows })) {
    const { featureLength } = block;
    const room = search && ((numbers: number) => search.room(numbers));
    const rows = packBoxes(gallery, { side: 'gallery', rows: galleryRows, featureLength, room });
    const found = await nearestBoxes(block, rows, { pace, search });
    for (const [row, nearest] of found.entries()) {
      const query = block.boxes[row]!;
      const others = votes.get(query.owner.id);
      if (others === undefined) votes.set(query.owner.id, [{ query, nearest }]);
      else others.push({ query, nearest });
    }
  }
  signal?.throwIfAborted();
  const claims = [...votes.values()].flatMap((of) => claimClip(of, options) ?? []);
  return settleClaims(claims, options.maxDistance);
}
