import { type NearestSearch } from '../matching/nearest-search.ts';
import { type ExitGuard, exitGuard } from '../models/exit-guard.ts';
import { usableCores } from '../models/place-models.ts';
import { roomFor } from './scan-rows.ts';
import { openSearchLane, type SearchLane } from './search-lane.ts';

/** Options of {@link nearestLanes}. */
export interface NearestLanesOptions {
  /** Most worker threads: an integer, at least 1. @defaultValue one a CPU core that may be used */
  readonly threads?: number;
  /** Multiplications that go by without lanes before the first is started: a number, at least 0. @defaultValue `5e8` */
  readonly idleProducts?: number;
  /** Multiplications to come, where that is known: if they are more than `idleProducts`, none goes by without lanes. */
  readonly products?: number | undefined;
  /** Milliseconds that blocks wait for the lanes there are before another is started: a number, at least 0. @defaultValue `500` */
  readonly patienceMs?: number;
}

/**
 * Multiplications that take about as long without lanes as a lane takes to start, so that neither a small nor a large search takes twice its time. On
 * 2 cores of an EPYC with other load: 1.3e9 a second without lanes, and 0.3 to 0.5 s until two of them answer.
 */
const startProducts = 5e8;

/** Twice what a lane takes to start. A search that is fed as fast as one lane looks, as 256 queries from files are on 2 cores, gains nothing by another. */
const usualPatienceMs = 500;

/** Blocks that a lane has at once, so that it has the next one when it is done with one. */
const blocksPerLane = 2;

/**
 * A search on worker threads. The first starts when the search begins for the first time, each of the others when blocks have waited for those there are.
 *
 * Holds the queries once a lane, two blocks a lane and one that is being filled. What it rejects with is a `PipelineError` `inference-failed`. Disposing
 * resolves when the threads have ended, after what they are doing.
 */
export function nearestLanes(options: NearestLanesOptions = {}): NearestSearch & AsyncDisposable {
  const { threads = usableCores(), idleProducts = startProducts, products = 0, patienceMs = usualPatienceMs } = options;
  let idle = products > idleProducts ? 0 : idleProducts;
  let guard: ExitGuard | undefined;
  /** All that were started. */
  const lanes: SearchLane[] = [];
  /** Those that search. */
  const searching: SearchLane[] = [];
  let search = { queries: new Float32Array(), featureLength: 0 };
  /** One for each block that a lane may have: resolves when it can be given. */
  const slots: Promise<SearchLane>[] = [];
  let first: Promise<void> | undefined;
  let waitedMs = 0;
  /** Memory of blocks that have been looked at. */
  const free: Float32Array<ArrayBuffer>[] = [];

  /** Starts one more lane if there may be one, and resolves when it takes part in the search that is going on. */
  const openLane = async (): Promise<void> => {
    guard ??= exitGuard(threads);
    const state = guard.flags[lanes.length];
    if (state === undefined) return;
    const lane = openSearchLane({ featureLength: 0, storedRows: 0, state });
    lanes.push(lane);
    let seeks: typeof search;
    do {
      seeks = search;
      await lane.seek(seeks);
    } while (seeks !== search);
    searching.push(lane);
    for (let block = 0; block < blocksPerLane; block += 1) slots.push(Promise.resolve(lane));
  };

  return {
    isWorth(some) {
      idle -= some;
      return idle < 0;
    },
    async begin({ boxes, features, featureLength }) {
      search = { queries: features.slice(0, boxes.length * featureLength), featureLength };
      if (first === undefined) {
        first = openLane();
        await first;
        return;
      }
      await first;
      await Promise.all(searching.map((lane) => lane.seek(search)));
    },
    room(numbers) {
      const room = free.pop();
      return room && room.length >= numbers ? room : new Float32Array(numbers);
    },
    async add({ boxes, features, featureLength }, found) {
      const since = performance.now();
      const [place, lane] = await Promise.race(slots.map(async (slot, at) => [at, await slot] as const));
      waitedMs += performance.now() - since;
      if (waitedMs > patienceMs) {
        waitedMs = 0;
        openLane().catch(() => undefined); // One that cannot start is done without.
      }
      const rows = boxes.length;
      const given = withRoom(features, roomFor(rows) * featureLength);
      const slot = lane.look({ features: given, rows }).then(({ nearer, features: back }) => {
        free.push(back);
        found(nearer);
        return lane;
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

/** Features with room for `numbers` numbers: themselves where they have it. */
function withRoom(features: Float32Array<ArrayBuffer>, numbers: number): Float32Array<ArrayBuffer> {
  if (features.length >= numbers) return features;
  const roomy = new Float32Array(numbers);
  roomy.set(features);
  return roomy;
}
