import { setImmediate } from 'node:timers/promises';

/** Longest stretch of arithmetic between two turns of the event loop, in milliseconds, as far as a caller asks often enough. */
const sliceMs = 8;

/** Keeps a long calculation from holding the thread. */
export interface Pace {
  /** True when the calculation should await {@link rest} before it goes on. Cheap. */
  isDue(): boolean;
  /** Lets timers and I/O have their turn. Rejects with the signal's reason when it has been aborted. */
  rest(): Promise<void>;
}

/** Starts a pace. It decides when, never what, is calculated. */
export function keepPace(signal?: AbortSignal): Pace {
  let since = performance.now();
  return {
    isDue: () => performance.now() - since >= sliceMs,
    async rest() {
      await setImmediate();
      signal?.throwIfAborted();
      since = performance.now();
    },
  };
}
