import { type Cost } from '../harness/spread.ts';

/** What a program of the scenario `search` prints. */
export interface SearchReport {
  /** The row that is nearest to each query. */
  readonly rows: readonly number[];
  /** Of the search alone, as far as it can be told from the rest. */
  readonly search: Cost;
  /** Largest resident set of the process, pages of files that it has mapped among them. */
  readonly peakMiB: number;
}
