import { type Box } from '../core/box.ts';
import { type BoxFeature } from '../core/box-feature.ts';

/** One garment, followed from frame to frame. */
export interface Track {
  /** From 1, in the order in which tracks begin. */
  readonly id: number;
  /** Stream time of the first box. */
  readonly since: number;
  /** Stream time of the last box. */
  readonly lastSeen: number;
  /** Where it was last. */
  readonly box: Box;
  /** The detector's, of the last box, 0 to 1. */
  readonly score: number;
  /** Unit vector: the mean of the boxes' features, each weighted by its score and by how long ago it was. */
  readonly feature: Float32Array;
}

/** A track whose evidence can grow. */
export class GrowingTrack implements Track {
  readonly id: number;
  readonly since: number;
  lastSeen: number;
  box: Box;
  score: number;
  feature: Float32Array;
  readonly #sum: Float32Array;

  constructor(id: number, first: BoxFeature, seconds: number) {
    this.id = id;
    this.since = seconds;
    this.lastSeen = seconds;
    this.box = first.box;
    this.score = first.score;
    this.feature = first.feature;
    this.#sum = first.feature.map((value) => value * first.score);
  }

  /** Adds the box of a later frame; what was there counts half after `halfLifeSeconds`. */
  add({ box, score, feature }: BoxFeature, seconds: number, halfLifeSeconds: number): void {
    const keep = 2 ** (-(seconds - this.lastSeen) / halfLifeSeconds);
    const sum = this.#sum;
    let squares = 0;
    for (let index = 0; index < sum.length; index += 1) {
      const value = sum[index]! * keep + feature[index]! * score;
      sum[index] = value;
      squares += value * value;
    }
    const norm = Math.sqrt(squares);
    // Features that cancel out say nothing; the newest one does.
    this.feature = norm > 1e-6 ? sum.map((value) => value / norm) : feature;
    this.lastSeen = seconds;
    this.box = box;
    this.score = score;
  }
}
