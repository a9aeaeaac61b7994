import { readFileSync } from 'node:fs';

/** How much of a core a thread took. */
export interface MainThreadUse {
  /** Share of the time in which it was at work, 0 to 1. */
  readonly mainThreadShare: number;
  /**
   * How that is known: `cpu-time` is what the system charged the thread with, to the hundredth of a second; `event-loop` is the time in which its
   * event loop did not wait for events, and counts waits for a busy core as work.
   */
  readonly mainThreadMeasure: 'cpu-time' | 'event-loop';
}

/** Linux counts in hundredths of a second, whatever its kernel's clock. */
const tickMs = 10;

/**
 * Begins to measure the calling thread; the function that is returned says how busy it has been since. It must be called on the same
 * thread. On Linux by CPU time, elsewhere by the use of the event loop.
 *
 * @param readStat gives the content of the thread's `stat` in Linux's `/proc`, and undefined where there is none.
 */
export function meterMainThread(readStat: () => string | undefined = readThreadStat): () => MainThreadUse {
  const startedMs = performance.now();
  const startedLoop = performance.eventLoopUtilization();
  const startedCpuMs = cpuMs(readStat());
  return () => {
    const usedMs = (cpuMs(readStat()) ?? Number.NaN) - (startedCpuMs ?? Number.NaN);
    if (Number.isNaN(usedMs)) {
      const { utilization } = performance.eventLoopUtilization(startedLoop);
      return { mainThreadShare: utilization, mainThreadMeasure: 'event-loop' };
    }
    // Rounded to hundredths, it can be more than there was.
    const share = Math.min(1, usedMs / (performance.now() - startedMs));
    return { mainThreadShare: share, mainThreadMeasure: 'cpu-time' };
  };
}

function readThreadStat(): string | undefined {
  try {
    return readFileSync('/proc/thread-self/stat', 'utf8');
  } catch {
    return undefined; // No Linux.
  }
}

/** CPU time of a thread, its own and the system's for it; undefined if `stat` does not say. */
function cpuMs(stat: string | undefined): number | undefined {
  // The thread's name, in brackets, may hold anything. The third field is the first one after it.
  const fields = stat?.slice(stat.lastIndexOf(')') + 2).split(' ');
  const ticks = Number(fields?.[11]) + Number(fields?.[12]);
  return Number.isNaN(ticks) ? undefined : ticks * tickMs;
}
