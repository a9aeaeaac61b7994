/** Lets work through one after the other in a given order, whatever order it comes in. */
export interface Turns extends Disposable {
  /** Runs `work` when that of every earlier key has succeeded. After a failure, or once disposed, nothing more is run and the promise stays open. */
  take<T>(key: string, work: () => Promise<T>): Promise<T>;
}

/** Gives each key its turn. Holds what has come too early; bounding that is up to the caller. */
export function createTurns(keys: readonly string[]): Turns {
  const places = new Map(keys.map((key, place) => [key, place]));
  const early = new Map<number, () => void>();
  let turn = 0;
  let isOver = false;
  return {
    async take(key, work) {
      const place = places.get(key);
      if (place === undefined) throw new TypeError(`Expected \`key\` to have a turn, got ${key}`);
      if (place !== turn || isOver) await new Promise<void>((resolve) => void early.set(place, resolve));
      const result = await work();
      turn += 1;
      if (!isOver) early.get(turn)?.();
      early.delete(turn);
      return result;
    },
    [Symbol.dispose]() {
      isOver = true;
      early.clear();
    },
  };
}
