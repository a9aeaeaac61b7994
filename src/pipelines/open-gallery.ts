import { assertInteger, assertKeys, assertPath, type EveryKey } from '../core/assert.ts';
import { type KeptBox } from '../core/crop.ts';
import { PipelineError } from '../core/errors.ts';
import { type ApproximateFacts, type Gallery } from '../core/gallery.ts';
import { isUnitVector, normOf } from '../core/unit-vector.ts';
import { approximateFacts, readApproximate } from '../io/approximate-index.ts';
import { boxOfRow } from '../io/index-blocks.ts';
import { type ItemIndex, openItemIndex } from '../io/open-item-index.ts';
import { usableCores } from '../models/place-models.ts';
import { openApproximateSearch } from './approximate-search.ts';
import { openExactSearch } from './exact-search.ts';
import { type HitSearch, type HitSearchOptions } from './hit-search.ts';

/** Options of {@link openGallery}. */
export interface OpenGalleryOptions {
  /** Fingerprint of the models whose features will be asked about; any when left out. */
  readonly model?: string;
  /**
   * Most bytes of features held in memory; where the processor multiplies bytes faster than float32, a quarter more and up to 256 bytes a box are taken. An index with more is read anew for each call of `nearest`, through some 32 MiB a thread, so that a call with
   * many queries is cheaper than many calls. @defaultValue `1073741824`, which is 1 GiB
   */
  readonly memoryBytes?: number;
  /**
   * Search through the table that `vitrine index approximate` made, and exactly only what came later: faster from some hundred thousand boxes on, and now and
   * then a box is missed. Needs LanceDB installed. @defaultValue `false`
   */
  readonly approximate?: boolean;
  /** Worker threads that search: an integer, at least 1. @defaultValue one a CPU core */
  readonly threads?: number;
  /** Stops the opening, and the reading that goes on afterwards; its reason comes out, of `nearest` too. */
  readonly signal?: AbortSignal;
}

const optionKeys: EveryKey<OpenGalleryOptions> = {
  model: true,
  memoryBytes: true,
  approximate: true,
  threads: true,
  signal: true,
};

/**
 * Opens an item index to be searched. What others add to it from then on is not seen.
 *
 * The search is exact: products of all features with the queries, in blocks and on worker threads, say in float32 which boxes can be among
 * the nearest, and their distances are then taken in float64. The answer depends on neither threads nor memory.
 *
 * A gallery is open when what it holds is known. Features that fit into memory are read from then on, and the first search waits for them, as `ready` does.
 *
 * @example await using gallery = await openGallery('shop.vitrine', { model: models.set.fingerprint });
 * @throws TypeError when an option is out of range.
 * @throws PipelineError `store-invalid` when the folder is no index, a file is missing or cannot be read, it is of a newer format, or of other models. That
 * features do not fit their checksum comes out of `ready` and `nearest`. With `approximate` also when there is no table; and `library-missing`.
 */
export async function openGallery(folder: string, options: OpenGalleryOptions = {}): Promise<Gallery> {
  const { model, memoryBytes = 2 ** 30, threads = usableCores(), approximate = false, signal } = options;
  assertKeys('options', options, optionKeys);
  assertPath('folder', folder);
  assertInteger('memoryBytes', memoryBytes, 0);
  assertInteger('threads', threads, 1, 256);
  signal?.throwIfAborted();
  const index = await openItemIndex(folder, model === undefined ? {} : { model: { fingerprint: model } });
  const { featureLength, rows } = index;
  const how = { memoryBytes, threads, signal };
  signal?.throwIfAborted();
  const search: Searching = approximate ? await openTable(index, how) : openExactSearch(index, how);
  const boxOf = boxOfRow(index);
  let pictures: ReadonlyMap<string, ReadonlySet<string>> | undefined;
  return {
    model: index.model.fingerprint,
    featureLength,
    rows,
    approximate: search.approximate,
    items: [...index.items.keys()],
    ready: () => search.ready(),
    picturesOf(item) {
      // Not before it is asked for: opening need not look at every row.
      pictures ??= picturesByItem(rows, boxOf);
      return pictures.get(item)?.size ?? 0;
    },
    async nearest(queries, k) {
      assertInteger('k', k, 1);
      for (const query of queries) assertQuery(query, featureLength);
      return await search.nearest(queries, k);
    },
    [Symbol.asyncDispose]: () => search[Symbol.asyncDispose](),
  };
}

interface Searching extends HitSearch {
  readonly approximate?: ApproximateFacts;
}

async function openTable(index: ItemIndex, how: HitSearchOptions): Promise<Searching> {
  const { folder, model } = index;
  const manifest = await readApproximate(folder);
  if (manifest === undefined || manifest.model !== model.fingerprint) {
    const message = `The index ${folder} has nothing to be searched approximately with. Make it: \`vitrine index approximate ${folder}\`, or search exactly, without --approximate.`;
    throw new PipelineError('store-invalid', message, { path: folder });
  }
  const search = await openApproximateSearch(index, manifest, how);
  return { ...search, approximate: approximateFacts(index, manifest) };
}

function picturesByItem(rows: number, boxOf: (row: number) => KeptBox): ReadonlyMap<string, ReadonlySet<string>> {
  const pictures = new Map<string, Set<string>>();
  for (let row = 0; row < rows; row += 1) {
    const { owner, frame } = boxOf(row);
    const known = pictures.get(owner.id);
    if (known) known.add(frame);
    else pictures.set(owner.id, new Set([frame]));
  }
  return pictures;
}

function assertQuery(query: Float32Array, featureLength: number): void {
  if (query.length !== featureLength) {
    throw new TypeError(`Expected queries of ${featureLength} numbers, got one of ${query.length}`);
  }
  if (!isUnitVector(query)) throw new TypeError(`Expected queries of norm 1, got one of norm ${normOf(query)}`);
}
