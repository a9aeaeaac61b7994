import { assertInteger } from '../core/assert.ts';

/** Options of {@link dropOldest}. */
export interface DropOldestOptions<T> {
  /** Most values that wait: an integer, at least 1. */
  readonly depth: number;
  /** Told of each value that is given up. */
  readonly onDrop: (value: T) => void;
}

/**
 * Reads `source` as fast as it gives and keeps the newest `depth` values for a consumer that may be slower.
 *
 * The second policy at the entrance of a live graph, beside simply asking for the next value: the source never waits. Keeps
 * order. Holds `depth` values. Every value of the source is either given or told to `onDrop`. What waits when the source ends or fails is given first;
 * what waits on `return()` is given up. `return()` is heard between two values: while the source is awaited, its own signal has to end it.
 *
 * @example dropOldest(frames, { depth: 2, onDrop: () => (dropped += 1) });
 * @throws TypeError when called, if `depth` is out of range.
 */
export function dropOldest<T>(source: AsyncIterable<T>, { depth, onDrop }: DropOldestOptions<T>): AsyncGenerator<T> {
  assertInteger('depth', depth, 1);
  return read(source, depth, onDrop);
}

async function* read<T>(source: AsyncIterable<T>, depth: number, onDrop: (value: T) => void): AsyncGenerator<T> {
  const waiting: T[] = [];
  const iterator = source[Symbol.asyncIterator]();
  const state = { isStopped: false };
  let wake = (): void => undefined;

  const pump = async (): Promise<void> => {
    while (!state.isStopped) {
      const result = await iterator.next();
      if (result.done === true) return;
      if (state.isStopped) return onDrop(result.value);
      waiting.push(result.value);
      if (waiting.length > depth) for (const value of waiting.splice(0, waiting.length - depth)) onDrop(value);
      wake();
    }
  };
  let end: { readonly error?: unknown } | undefined;
  const pumping = pump().then(
    () => {
      end = {};
      wake();
    },
    (error: unknown) => {
      end = { error };
      wake();
    },
  );

  try {
    for (;;) {
      while (waiting.length > 0) yield waiting.shift()!;
      if (end) {
        if ('error' in end) throw end.error;
        return;
      }
      await new Promise<void>((resolve) => {
        wake = resolve;
        if (waiting.length > 0 || end) resolve();
      });
    }
  } finally {
    state.isStopped = true;
    for (const value of waiting.splice(0)) onDrop(value);
    await iterator.return?.();
    await pumping;
  }
}
