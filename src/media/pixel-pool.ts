/** Memory for the pixels of one picture. Disposing it gives it back to be used again: nobody may look at `data` from then on. */
export interface PooledPixels extends Disposable {
  /** Holds anything when it is taken. */
  readonly data: Uint8Array;
}

/**
 * Memory for pictures that is used again, since taking it anew for each costs more than copying the pixels into it.
 *
 * Holds what was given back, of one length: that of the last request. So there is never more of it, with what is out, than was out at once. What
 * is not given back is left to the garbage collector.
 *
 * @example const pixels = pool.take(width * height * 3);
 */
export class PixelPool {
  #free: Uint8Array[] = [];
  #length = 0;

  /** Memory of `length` bytes that is nobody else's until it is disposed; doing so twice has no further effect. */
  take(length: number): PooledPixels {
    if (length !== this.#length) this.#free = [];
    this.#length = length;
    const data = this.#free.pop() ?? new Uint8Array(length);
    let isOut = true;
    return {
      data,
      [Symbol.dispose]: () => {
        // Given back twice, it would be lent to two at once.
        if (isOut && data.length === this.#length) this.#free.push(data);
        isOut = false;
      },
    };
  }
}
