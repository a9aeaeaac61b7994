/**
 * Memory for features of one length that is used again: what waits until its clip is complete outlives small garbage collections, and V8 lets it lie until it goes through its
 * whole heap.
 *
 * Holds at most `most` features. What is not given back is left to the garbage collector.
 */
export class FeaturePool {
  readonly #most: number;
  readonly #lent = new WeakSet<Float32Array>();
  #free: Float32Array[] = [];

  /** @param most features to hold: an integer, at least 0. As many as can be out at once are enough. */
  constructor(most: number) {
    this.#most = most;
  }

  /** Memory of `length` numbers that is nobody else's; holds anything. */
  take(length: number): Float32Array {
    if (this.#free[0]?.length !== length) this.#free = [];
    const feature = this.#free.pop() ?? new Float32Array(length);
    this.#lent.add(feature);
    return feature;
  }

  /** Takes a feature back that was taken from it, of which nobody may look at anything from then on; leaves any other alone. */
  giveBack(feature: Float32Array): void {
    if (this.#lent.delete(feature) && this.#free.length < this.#most) this.#free.push(feature);
  }
}
