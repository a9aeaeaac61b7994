import { type WatchWork } from '../core/work.ts';
import { type Activity, OverlapMeter } from '../flow/overlap-meter.ts';

/** How well a run used its lanes and decoders, from the first run of a model to the last; warm-up apart. Times in milliseconds. */
export interface RunUsage {
  /** From the begin of the first run of a model to the end of the last. */
  readonly laneSpanMs: number;
  /** Time in which lanes ran models, summed over lanes. */
  readonly laneBusyMs: number;
  /** Share of the lanes' time in that span in which they ran models, 0 to 1. */
  readonly laneBusyShare: number;
  /** {@link RunUsage.laneBusyMs} by model. */
  readonly modelMs: Readonly<Record<string, number>>;
  /** Time in which some decoder worked, not only waited. */
  readonly decodeMs: number;
  /** Time in which some lane ran a model. */
  readonly modelsMs: number;
  /** Time in which both went on. */
  readonly overlapMs: number;
  /** That time as a share of the shorter of the two, 0 to 1. */
  readonly overlapShare: number;
}

/** Whoever adds up the usage of a run. */
export interface UsageMeter {
  /** To be told of all lanes and decoders. */
  readonly watch: WatchWork;
  /** The usage so far, of so many lanes. */
  read(lanes: number): RunUsage;
}

/** Begins to add up. Holds sums, and what ended while the longest piece of work of the moment goes on. */
export function usageMeter(): UsageMeter {
  const overlap = new OverlapMeter();
  const modelMs = new Map<string, number>();
  let firstMs = Infinity;
  let lastMs = -Infinity;
  return {
    watch: ({ place, name, isWait = false, isWarmUp = false }) => {
      const activity: Activity | undefined =
        place === 'lane' ? 'second' : place === 'decoder' || place === 'picture' ? 'first' : undefined;
      if (activity === undefined || isWait || isWarmUp) return () => undefined;
      const beganMs = performance.now();
      const end = overlap.begin(activity, beganMs);
      return ({ times = { startMs: beganMs, endMs: performance.now() } } = {}) => {
        end(times);
        if (activity === 'first') return;
        const { startMs, endMs } = times;
        firstMs = Math.min(firstMs, startMs);
        lastMs = Math.max(lastMs, endMs);
        modelMs.set(name, (modelMs.get(name) ?? 0) + endMs - startMs);
      };
    },
    read(lanes) {
      const { firstMs: decodeMs, secondMs: modelsMs, bothMs: overlapMs } = overlap.read();
      const laneSpanMs = Math.max(0, lastMs - firstMs);
      const laneBusyMs = [...modelMs.values()].reduce((sum, ms) => sum + ms, 0);
      return {
        laneSpanMs,
        laneBusyMs,
        laneBusyShare: share(laneBusyMs, laneSpanMs * lanes),
        modelMs: Object.fromEntries(modelMs),
        decodeMs,
        modelsMs,
        overlapMs,
        overlapShare: share(overlapMs, Math.min(decodeMs, modelsMs)),
      };
    },
  };
}

/** Both told of everything; either may be left out. */
export function watchBoth(first: WatchWork, second: WatchWork | undefined): WatchWork {
  if (!second) return first;
  return (work) => {
    const ends = [first(work), second(work)];
    return (outcome) => {
      for (const end of ends) end(outcome);
    };
  };
}

function share(part: number, whole: number): number {
  return whole > 0 ? part / whole : 0;
}
