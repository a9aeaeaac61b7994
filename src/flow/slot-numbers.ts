/** A number that is one's own until it is disposed. */
export interface SlotNumber extends Disposable {
  readonly number: number;
}

/**
 * Numbers those that are there at the same time: each gets the lowest that is free, from 0 on.
 *
 * Holds the numbers that are out. Bounds nothing: the largest number is that of most takers at once.
 *
 * @example using slot = slots.take();
 */
export class SlotNumbers {
  readonly #taken = new Set<number>();

  /** The lowest number that nobody has. Disposing twice has no further effect. */
  take(): SlotNumber {
    let number = 0;
    while (this.#taken.has(number)) number += 1;
    this.#taken.add(number);
    let isOut = true;
    return {
      number,
      [Symbol.dispose]: () => {
        if (!isOut) return;
        isOut = false;
        this.#taken.delete(number);
      },
    };
  }
}
