import { type WatchWork, type Work } from '../core/work.ts';
import { SlotNumbers } from '../flow/slot-numbers.ts';

/** The same function, whose calls `watch` is told of; `run` itself without one. A call that throws was not done. */
export function watchCalls<A extends readonly unknown[], R>(
  run: (...args: A) => R,
  { watch, ...work }: Omit<Work, 'slot'> & { readonly watch: WatchWork | undefined },
): (...args: A) => R {
  if (!watch) return run;
  return (...args) => {
    const end = watch({ ...work, slot: 0 });
    const result = run(...args);
    end();
    return result;
  };
}

/** As {@link watchCalls}, for calls that are over when their promise is; those that are under way at once have different slots. */
export function watchPromises<A extends readonly unknown[], R>(
  run: (...args: A) => Promise<R>,
  { watch, ...work }: Omit<Work, 'slot'> & { readonly watch: WatchWork | undefined },
): (...args: A) => Promise<R> {
  if (!watch) return run;
  const slots = new SlotNumbers();
  return async (...args) => {
    using slot = slots.take();
    const end = watch({ ...work, slot: slot.number });
    const result = await run(...args);
    end();
    return result;
  };
}
