/** Gives memory of some bytes, which holds anything. */
export type TakeMemory = (bytes: number) => Uint8Array<ArrayBuffer>;

/** What buffers are made in multiples of, so that what is about as large can use the same one. */
const usualGranule = 64 * 1024;

/**
 * Memory for pixels of any size that is used again. Taken anew for each batch it costs the first touch of its pages, and garbage collections later: after
 * 64 MB of it V8 goes through its whole heap.
 *
 * Holds at most `most` buffers, the largest ones. What is not given back is left to the garbage collector.
 */
export class MemoryPool {
  readonly #most: number;
  readonly #granule: number;
  /** By rising size. */
  readonly #free: ArrayBuffer[] = [];

  /**
   * @param most buffers to hold: an integer, at least 0. As many as can be out at once are enough.
   * @param granule bytes that buffers are made in multiples of: an integer, at least 1.
   */
  constructor(most: number, granule: number = usualGranule) {
    this.#most = most;
    this.#granule = granule;
  }

  /** Memory that is nobody else's: of the smallest buffer with room, or of a new one. */
  take(bytes: number): Uint8Array<ArrayBuffer> {
    const place = this.#free.findIndex(({ byteLength }) => byteLength >= bytes);
    const [buffer = new ArrayBuffer(Math.ceil(bytes / this.#granule) * this.#granule)] =
      place < 0 ? [] : this.#free.splice(place, 1);
    return new Uint8Array(buffer, 0, bytes);
  }

  /** Gives a whole buffer back, of which nobody may look at anything from then on. */
  give(buffer: ArrayBuffer): void {
    const place = this.#free.findIndex(({ byteLength }) => byteLength >= buffer.byteLength);
    this.#free.splice(place < 0 ? this.#free.length : place, 0, buffer);
    if (this.#free.length > this.#most) this.#free.shift();
  }
}

/** Memory for pixels or features that is lent. */
export interface MemoryLender {
  readonly take: TakeMemory;
  /** Takes back what it has lent, to be lent again: nobody may look at it from then on. Of anything else it does nothing. */
  readonly giveBack: (data: ArrayBufferView) => void;
}

/** Lends memory of a {@link MemoryPool}, to those who may answer with memory of their own in its place. */
export function lendMemory(most: number, granule?: number): MemoryLender {
  const memory = new MemoryPool(most, granule);
  const lent = new WeakSet<ArrayBufferLike>();
  return {
    take: (bytes) => {
      const data = memory.take(bytes);
      lent.add(data.buffer);
      return data;
    },
    giveBack: ({ buffer }) => {
      if (buffer instanceof ArrayBuffer && lent.delete(buffer)) memory.give(buffer);
    },
  };
}
