import { type Place, type WatchWork, type WorkFacts } from '../core/work.ts';
import { SlotNumbers } from '../flow/slot-numbers.ts';

type Reserve = (bytes: number) => Promise<void>;

/** One decoder at work. Disposing it says that it has ended. */
export interface DecoderRow extends Disposable {
  /** Waits with `reserve`; the decoder stands still meanwhile. */
  wait(reserve: Reserve): Reserve;
  /** A frame is there. */
  frame(): void;
}

/** A wait that is shorter is part of the work: it is the time that it takes to ask. */
const shortestWaitMs = 1;

/**
 * Tells `watch` when decoders of one kind work, and when they wait for credit; those that are open at once have different slots. What is
 * done between two waits is one piece of work, with the number of its frames.
 *
 * @example using row = rows(facts); decode(path, { reserve: row.wait(door.reserve) });
 */
export function decoderRows(place: Place, watch: WatchWork): (facts: WorkFacts) => DecoderRow {
  const slots = new SlotNumbers();
  return (facts) => {
    const slot = slots.take();
    const where = { place, slot: slot.number, facts };
    let frames = 0;
    // In this order: no work began before it was told.
    let end = watch({ ...where, name: 'decode' });
    let startMs = performance.now();

    const pause = (endMs: number): void => {
      end({ times: { startMs, endMs }, facts: { frames } });
      frames = 0;
    };
    return {
      frame() {
        frames += 1;
      },
      wait: (reserve) => async (bytes) => {
        const askedMs = performance.now();
        const endWait = watch({ ...where, name: 'wait for credit', isWait: true });
        const waitingMs = performance.now();
        await reserve(bytes);
        const grantedMs = performance.now();
        if (grantedMs - askedMs < shortestWaitMs) return;
        pause(askedMs);
        endWait({ times: { startMs: waitingMs, endMs: grantedMs }, facts: { bytes } });
        end = watch({ ...where, name: 'decode' });
        startMs = performance.now();
      },
      [Symbol.dispose]() {
        pause(performance.now());
        slot[Symbol.dispose]();
      },
    };
  };
}
