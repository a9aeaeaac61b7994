/** Why a signal of {@link onInterrupt} aborted. */
export class Interrupted extends Error {}

Interrupted.prototype.name = 'Interrupted';

const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/**
 * An abort signal for the user's Ctrl-C (SIGINT), a polite SIGTERM, or a terminal that is closed (SIGHUP).
 *
 * The first one aborts, so that everything under way can be put away; the second ends the process at once, as if nobody
 * listened. Disposing it stops listening.
 */
export function onInterrupt(onFirst: () => void): Disposable & { readonly signal: AbortSignal } {
  const controller = new AbortController();
  const stop = (name: NodeJS.Signals): void => {
    if (controller.signal.aborted) {
      unlisten();
      process.kill(process.pid, name);
      return;
    }
    controller.abort(new Interrupted('Interrupted')); // First, as a progress bar is then taken away and not drawn over what is said next.
    if (name !== 'SIGHUP') onFirst(); // The terminal is gone: what is written to it ends the program at once.
  };
  const unlisten = (): void => {
    for (const name of signals) process.off(name, stop);
  };
  for (const name of signals) process.on(name, stop);
  return { signal: controller.signal, [Symbol.dispose]: unlisten };
}
