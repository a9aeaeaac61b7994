interface Entry<T> {
  readonly value: T;
  /** Place among all values that ever came. */
  readonly order: number;
}

/** Values that wait, by key, for {@link KeyedQueue.takeFullest}. Holds what was pushed and not taken or removed. */
export class KeyedQueue<T> {
  readonly #key: (value: T) => string | number;
  readonly #entries = new Map<string | number, Entry<T>[]>();
  #order = 0;

  /** @param key - Values of one key may be taken together. */
  constructor(key: (value: T) => string | number) {
    this.#key = key;
  }

  /** Adds a value behind the others of its key. */
  push(value: T): void {
    const key = this.#key(value);
    this.#order += 1;
    const entry = { value, order: this.#order };
    const others = this.#entries.get(key);
    if (others) others.push(entry);
    else this.#entries.set(key, [entry]);
  }

  /** Takes out one value; does nothing when it is not there. */
  remove(value: T): void {
    for (const [key, entries] of this.#entries) {
      const place = entries.findIndex((entry) => entry.value === value);
      if (place === -1) continue;
      entries.splice(place, 1);
      if (entries.length === 0) this.#entries.delete(key);
      return;
    }
  }

  /**
   * Takes at most `max` values of one key, oldest first: of the key of which most can be taken, and among equals of the one
   * whose first value is oldest. Empty when nothing waits.
   */
  takeFullest(max: number): readonly T[] {
    let fullest: readonly [key: string | number, entries: Entry<T>[]] | undefined;
    for (const candidate of this.#entries) {
      if (!fullest || isFuller(candidate[1], fullest[1], max)) fullest = candidate;
    }
    if (!fullest) return [];
    const [key, entries] = fullest;
    const taken = entries.splice(0, max);
    if (entries.length === 0) this.#entries.delete(key);
    return taken.map(({ value }) => value);
  }
}

function isFuller<T>(a: readonly Entry<T>[], b: readonly Entry<T>[], max: number): boolean {
  const [sizeA, sizeB] = [Math.min(a.length, max), Math.min(b.length, max)];
  return sizeA > sizeB || (sizeA === sizeB && (a[0]?.order ?? 0) < (b[0]?.order ?? 0));
}
