/** Why a signal of {@link onInterrupt} aborted. */
export class Interrupted extends Error {}

Interrupted.prototype.name = 'Interrupted';

/**
 * An abort signal for the user's Ctrl-C (SIGINT) or a polite SIGTERM.
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
    onFirst();
  };
  const unlisten = (): void => {
    process.off('SIGINT', stop);
    process.off('SIGTERM', stop);
  };
  process.on('SIGINT', stop);
  process.on('SIGTERM', stop);
  return { signal: controller.signal, [Symbol.dispose]: unlisten };
}
