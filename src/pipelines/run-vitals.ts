import { monitorEventLoopDelay } from 'node:perf_hooks';
import { meterMemory } from './process-memory.ts';

/** How a run treats the machine that it is on. */
export interface Vitals {
  /** Milliseconds since the run began. */
  readonly elapsedMs: number;
  /** Largest resident size of this process and its children, in bytes. */
  readonly peakRssBytes: number;
  /** How late the main thread comes to its timers, in milliseconds. */
  readonly eventLoopDelayMs: { readonly p50: number; readonly p99: number; readonly max: number };
}

/** Watches time, memory and the event loop until disposed. */
export interface VitalsMonitor extends Disposable {
  read(): Vitals;
}

/** The monitor's own timer; what it measures is this plus the delay. */
const resolutionMs = 5;

/** Begins to watch. */
export function watchVitals(): VitalsMonitor {
  const startedAt = performance.now();
  const memory = meterMemory();
  const delay = monitorEventLoopDelay({ resolution: resolutionMs });
  delay.enable();
  const inMs = (nanoseconds: number): number => Math.max(0, nanoseconds / 1e6 - resolutionMs);
  return {
    read: () => ({
      elapsedMs: performance.now() - startedAt,
      peakRssBytes: memory.peakRssBytes,
      eventLoopDelayMs: {
        p50: inMs(delay.percentile(50)),
        p99: inMs(delay.percentile(99)),
        max: inMs(delay.max),
      },
    }),
    [Symbol.dispose]() {
      delay.disable();
      memory[Symbol.dispose]();
    },
  };
}
