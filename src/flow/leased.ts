import { defer, finalize, mergeMap, of, type OperatorFunction } from 'rxjs';

/** A value and the credit that it travels on. */
export interface Leased<T> {
  readonly value: T;
  readonly lease: Disposable;
}

/**
 * Sends each value through `journey` by itself and gives its credit back when that journey is over: completed, failed or unsubscribed.
 *
 * The stages inside need not know of credits, and no way out of them can lose one. Journeys run side by side and what they
 * emit is merged as it comes. Holds the values that are under way, which is as many as there is credit for.
 *
 * @example pull(open, credits).pipe(leased(pipe(detectBoxes(detect), embedCrops(embed))));
 */
export function leased<T, R>(journey: OperatorFunction<T, R>): OperatorFunction<Leased<T>, R> {
  return mergeMap(({ value, lease }) =>
    // Deferred, so that a journey that throws when it is laid out gives its credit back too.
    defer(() => of(value).pipe(journey)).pipe(finalize(() => lease[Symbol.dispose]())),
  );
}
