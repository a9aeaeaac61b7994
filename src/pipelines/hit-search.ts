import { type GalleryHit } from '../core/gallery.ts';

/** Finds boxes of an index, in whatever way. */
export interface HitSearch extends AsyncDisposable {
  /** Resolves when no search has to wait any more; rejects when searches will fail, for the same reason. */
  ready(): Promise<void>;
  /** The `k` boxes that are near each query, in the order of `compareHits`. Queries are unit vectors of the right length, and `k` is at least 1. */
  nearest(queries: readonly Float32Array[], k: number): Promise<readonly (readonly GalleryHit[])[]>;
}

/** What a search may use. */
export interface HitSearchOptions {
  /** Most bytes of features held in memory. */
  readonly memoryBytes: number;
  /** Most worker threads. */
  readonly threads: number;
  /** Ends the reading of what is held. */
  readonly signal?: AbortSignal | undefined;
}
