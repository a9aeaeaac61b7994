import { type MonoTypeOperatorFunction, Observable, takeUntil } from 'rxjs';

/**
 * Ends with the signal's reason as the error when `signal` aborts; a signal that has aborted before lets nothing begin.
 *
 * Holds nothing. Without a signal it changes nothing.
 *
 * @example graph$.pipe(untilAborted(options.signal));
 */
export function untilAborted<T>(signal: AbortSignal | undefined): MonoTypeOperatorFunction<T> {
  const abort$ = new Observable<never>((subscriber) => {
    const fail = (): void => subscriber.error(signal?.reason);
    if (signal?.aborted) return fail();
    signal?.addEventListener('abort', fail, { once: true });
    return () => signal?.removeEventListener('abort', fail);
  });
  return takeUntil(abort$);
}
