/**
 * Makes an async generator that can be stopped while it waits.
 *
 * `return()` of a plain one is heard only when its pending value has come, which may be never. This one is told at once through
 * the signal that `generate` gets; it must then finish by itself. A wait that `return()` cut short ends as done; one that
 * `signal` cut short throws the signal's reason.
 */
export function stoppable<T>(
  generate: (stop: AbortSignal) => AsyncGenerator<T, undefined, undefined>,
  signal: AbortSignal | undefined,
): AsyncGenerator<T, undefined, undefined> {
  const stop = new AbortController();
  const onAbort = (): void => stop.abort();
  const inner = generate(stop.signal);
  let isListening = false;
  const forget = (): void => signal?.removeEventListener('abort', onAbort);
  const settle = (result: IteratorResult<T, undefined>): IteratorResult<T, undefined> => {
    if (result.done === true) forget();
    return result;
  };
  const fail = (error: unknown): never => {
    forget();
    throw error;
  };
  const outer: AsyncGenerator<T, undefined, undefined> = {
    async next() {
      if (!isListening) {
        isListening = true;
        signal?.addEventListener('abort', onAbort);
      }
      if (signal?.aborted === true) await outer.return(undefined);
      signal?.throwIfAborted();
      const result = settle(await inner.next().catch(fail));
      if (result.done === true) signal?.throwIfAborted();
      return result;
    },
    async return() {
      stop.abort();
      return settle(await inner.return(undefined));
    },
    async throw(error: unknown) {
      stop.abort();
      forget();
      return inner.throw(error);
    },
    [Symbol.asyncIterator]: () => outer,
    async [Symbol.asyncDispose]() {
      await outer.return(undefined);
    },
  };
  return outer;
}
