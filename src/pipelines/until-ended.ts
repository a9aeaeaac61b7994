import { type PendingWork } from './pending-work.ts';

/** The same values; `pending` waits until whoever reads them has come to an end. */
export async function* untilEnded<T>(source: AsyncGenerator<T>, pending: PendingWork): AsyncGenerator<T> {
  let end = (): void => {};
  const ended = new Promise<void>((resolve) => {
    end = resolve;
  });
  void pending.track(ended);
  try {
    yield* source;
  } finally {
    end();
  }
}
