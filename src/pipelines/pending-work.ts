/** Promises that must have settled before a run is over, also when nobody waits for their values any more. */
export interface PendingWork extends AsyncDisposable {
  /** Remembers `promise` until it settles, and returns it. */
  track<T>(promise: Promise<T>): Promise<T>;
}

/** Keeps track of work that cannot be cancelled half-way. Disposing waits for all of it and never throws. */
export function createPendingWork(): PendingWork {
  const pending = new Set<Promise<unknown>>();
  return {
    track(promise) {
      const forget = (): void => void pending.delete(promise);
      pending.add(promise);
      promise.then(forget, forget);
      return promise;
    },
    async [Symbol.asyncDispose]() {
      await Promise.allSettled(pending);
    },
  };
}
