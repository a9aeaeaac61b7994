import { type Cost } from '../harness/spread.ts';

/** What floor.ts prints. */
export interface FloorReport {
  /** Spent before the measured part. */
  readonly apart: Cost;
  /** The part of the models alone; the rest is decoding. */
  readonly models: Cost;
  readonly batches: number;
  /** Boxes that the detector gave, below its threshold too. */
  readonly boxes: number;
  readonly features: number;
}
