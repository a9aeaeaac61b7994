import { type NearestSearch } from '../matching/nearest-search.ts';
import { type ExitGuard, exitGuard } from '../models/exit-guard.ts';
import { usableCores } from '../models/place-models.ts';
import { roomFor } from './scan-rows.ts';
import { openSearchLane, type SearchLane } from './search-lane.ts';

/** Options of {@link nearestLanes}. */
export interface NearestLanesOptions {
  /** Worker threads: an integer, at least 1. @defaultValue one a CPU core that may be used */
  readonly threads?: number;
  /** Multiplications that go by without lanes before they are started: a number, at least 0. @defaultValue `5e8` */
  readonly idleProducts?: number;
}

/**
 * Multiplications that take about as long without lanes as two lanes take to start, so that neither a small nor a large search takes twice its time. On
 * 2 cores of an EPYC with other load: 1.3e9 a second without lanes, and 0.3 to 0.5 s until two of them answer.
 */
const startProducts = 5e8;

/** Blocks that a lane has at once, so that it has the next one when it is done with one. */
const blocksPerLane = 2;

/** Room for one block that a lane is asked about. */
interface Slot {
  readonly lane: SearchLane;
  features: Float32Array<ArrayBuffer>;
}

/**
 * A search on worker threads, which start when it begins for the first time: until then it costs nothing.
 *
 * Holds the queries once a lane, and two blocks a lane. What it rejects with is a `PipelineError` `inference-failed`. Disposing resolves when
 * the threads have ended, after what they are doing.
 */
export function nearestLanes(options: NearestLanesOptions = {}): NearestSearch & AsyncDisposable {
  const { threads = usableCores(), idleProducts = startProducts } = options;
  let idle = idleProducts;
  let guard: ExitGuard | undefined;
  let lanes: readonly SearchLane[] = [];
  /** Each resolves when its slot is free. */
  let slots: Promise<Slot>[] = [];

  const open = (): void => {
    guard = exitGuard(threads);
    lanes = guard.flags.map((busy) => openSearchLane({ featureLength: 0, storedRows: 0, busy }));
    // In this order every lane has one block before any has two.
    const inTurn = Array.from({ length: blocksPerLane }, () => lanes).flat();
    slots = inTurn.map((lane) => Promise.resolve({ lane, features: new Float32Array() }));
  };

  return {
    isWorth(products) {
      idle -= products;
      return idle < 0;
    },
    async begin({ boxes, features, featureLength }) {
      if (lanes.length === 0) open();
      const queries = features.slice(0, boxes.length * featureLength);
      await Promise.all(lanes.map((lane) => lane.seek({ queries, featureLength })));
    },
    async add({ boxes, features, featureLength }, found) {
      const [place, { lane, features: before }] = await Promise.race(
        slots.map(async (slot, at) => [at, await slot] as const),
      );
      const rows = boxes.length;
      const size = roomFor(rows) * featureLength;
      const given = before.length < size ? new Float32Array(size) : before;
      given.set(features.subarray(0, rows * featureLength));
      const slot = lane.look({ features: given, rows }).then(({ nearer, features: back }) => {
        found(nearer);
        return { lane, features: back };
      });
      slot.catch(() => undefined); // Whoever asks next is told.
      slots[place] = slot;
    },
    async finish() {
      await Promise.all(slots);
    },
    async [Symbol.asyncDispose]() {
      await Promise.all(lanes.map((lane) => lane[Symbol.asyncDispose]()));
      guard?.[Symbol.dispose]();
    },
  };
}
