import { type Observable } from 'rxjs';

/**
 * Turns an Observable into an async iterable, for a consumer that takes one value at a time.
 *
 * Holds every value that has come and was not taken: an Observable cannot be asked to wait. Subscribes when the first value is asked for. Gives what
 * came before the source ended, then ends as it did; ends at once when `signal` aborts. `return()` is heard between two values: while one is
 * awaited, the signal has to end it. Unsubscribes at each of these ends.
 *
 * @example for await (const frame of iterate(frame$, signal)) use(frame);
 */
export async function* iterate<T>(source: Observable<T>, signal: AbortSignal): AsyncGenerator<T> {
  const waiting: T[] = [];
  let end: { readonly error?: unknown } | undefined;
  let wake = (): void => undefined;
  const finish = (how: { readonly error?: unknown }): void => {
    end ??= how;
    wake();
  };
  const stop = (): void => finish({});
  if (signal.aborted) return;
  signal.addEventListener('abort', stop, { once: true });
  const subscription = source.subscribe({
    next: (value) => {
      waiting.push(value);
      wake();
    },
    error: (error: unknown) => finish({ error }),
    complete: () => finish({}),
  });
  try {
    for (;;) {
      while (waiting.length > 0 && !signal.aborted) yield waiting.shift()!;
      if (end) {
        if ('error' in end) throw end.error;
        return;
      }
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
  } finally {
    subscription.unsubscribe();
    signal.removeEventListener('abort', stop);
  }
}
