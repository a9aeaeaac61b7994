import { type KeptBox } from './crop.ts';

/** A box of the shop and how far it is from a query. */
export interface GalleryHit {
  /** Its owner is an item (side `query`), its frame a picture of that item. */
  readonly box: KeptBox;
  /** Squared distance, 0 to 4, a float32. */
  readonly distance: number;
}

/** What is known of an approximate search: it may miss a box, and the distances that it gives are exact. */
export interface ApproximateFacts {
  /** Share of the exactly nearest boxes that it found when it was made, 0 to 1. */
  readonly recall: number;
  /** Boxes that were asked for then. */
  readonly k: number;
  /** Boxes that are searched through graphs of neighbours. */
  readonly rowsInTable: number;
  /** Boxes that were added since, which are searched exactly. */
  readonly rowsBeside: number;
}

/**
 * The items of a shop, open to be searched: what an item index holds.
 *
 * The word is that of live search, where boxes of frames ask and the shop answers. In the matching rule it is the other way round: there the
 * boxes of items are `query` and those of clips are `gallery`, and a box keeps that side wherever it goes.
 */
export interface Gallery extends AsyncDisposable {
  /** Fingerprint of the models that made the features; only features of the same models may be asked about. */
  readonly model: string;
  /** Numbers in one feature. */
  readonly featureLength: number;
  /** Boxes. */
  readonly rows: number;
  /** Ids of all items by `compareIds`, also of those without a box. */
  readonly items: readonly string[];
  /**
   * Resolves when no search has to wait any more: what is to be held in memory has been read and found whole. Nobody has to ask; `nearest` waits by itself.
   *
   * @throws PipelineError `store-invalid` that names what is damaged; `nearest` then fails with it too.
   */
  ready(): Promise<void>;
  /** Pictures of an item on which there is a box; 0 for an unknown item. */
  picturesOf(item: string): number;
  /** How the search goes about when it is approximate; undefined when it is exact. */
  readonly approximate?: ApproximateFacts | undefined;
  /**
   * The `k` nearest boxes of each query, by rising distance; fewer where there are fewer. At one distance, the lower item id comes first, then the
   * lower picture name, then the lower box index. Calls may overlap.
   *
   * @throws TypeError when `k` is no integer from 1, or a query has another length or is no unit vector.
   */
  nearest(queries: readonly Float32Array[], k: number): Promise<readonly (readonly GalleryHit[])[]>;
}
