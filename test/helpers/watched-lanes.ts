import { type nearestLanes } from '../../src/pipelines/nearest-lanes.ts';

/** What became of the lanes that were made. */
export interface LaneCounts {
  /** Blocks that they could have been given. */
  asked: number;
  closed: number;
}

/** Makes lanes that count what becomes of them. */
export function watchedLanes(make: typeof nearestLanes, counts: LaneCounts): typeof nearestLanes {
  return (options) => {
    const lanes = make(options);
    return {
      ...lanes,
      isWorth: (products) => {
        counts.asked += 1;
        return lanes.isWorth(products);
      },
      [Symbol.asyncDispose]: async () => {
        counts.closed += 1;
        await lanes[Symbol.asyncDispose]();
      },
    };
  };
}
