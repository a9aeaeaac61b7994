import { defer, finalize, Observable } from 'rxjs';

/**
 * Runs one value at a time by rising place (0, 1, 2, ... without a gap), whatever the order in which they come.
 *
 * What `run` gives for a value goes to whoever brought it; the next place begins when it is complete, has failed or is unsubscribed. A place that
 * is unsubscribed while it waits is passed over. Holds the values that wait, whose number is bounded by whoever bounds
 * what is under way: to put the turn before the end of a value's credit makes that bound hold. The state is that of the function that is
 * returned: make one a run of the graph.
 *
 * @example const judge = takeTurns(track); frame$.pipe(leased(mergeMap((frame) => judge(frame.place, frame))));
 */
export function takeTurns<T, R>(run: (value: T) => Observable<R>): (place: number, value: T) => Observable<R> {
  const waiting = new Map<number, () => void>();
  const passed = new Set<number>();
  let turn = 0;
  let isStarting = false;

  const advance = (): void => {
    turn += 1;
    // A place that ends as soon as it begins comes back here: the loop below takes it on, so that many of them do not grow the stack.
    if (isStarting) return;
    isStarting = true;
    for (;;) {
      while (passed.delete(turn)) turn += 1;
      const start = waiting.get(turn);
      if (!start) break;
      waiting.delete(turn);
      start();
    }
    isStarting = false;
  };

  return (place, value) =>
    new Observable((subscriber) => {
      const start = (): void => {
        subscriber.add(
          defer(() => run(value))
            .pipe(finalize(advance))
            .subscribe(subscriber),
        );
      };
      if (place === turn) return start();
      waiting.set(place, start);
      return () => {
        if (waiting.delete(place)) passed.add(place);
      };
    });
}
