import { type Place, type WatchWork, type Work } from '../core/work.ts';
import { createTraceFile } from '../io/trace-file.ts';

/** A trace of a run that is being written. Disposing it before it is closed leaves no file. */
export interface RunTrace extends AsyncDisposable {
  /** To be told of all that shall have a bar on a row. */
  readonly watch: WatchWork;
  /** Names what `read` gives as counters. They are read when a piece of work begins or ends, at the end of that turn of the event loop. */
  count(read: () => Readonly<Record<string, number>>): void;
  /** Gives the file its name; throws a PipelineError `file-unwritable` if it could not be written. */
  close(): Promise<void>;
}

/** The rows of each place, from top to bottom; the number of the slot follows where there may be several. */
const rows: Readonly<Record<Place, { readonly name: string; readonly isNumbered: boolean }>> = {
  decoder: { name: 'ffmpeg', isNumbered: true },
  picture: { name: 'picture', isNumbered: true },
  resize: { name: 'resize (main thread)', isNumbered: false },
  crop: { name: 'crop (main thread)', isNumbered: false },
  lane: { name: 'lane', isNumbered: true },
  store: { name: 'store', isNumbered: true },
  match: { name: 'match', isNumbered: false },
};
const places = Object.keys(rows);

/** Of the only process of a trace. Viewers take the row of the same number for the main thread, and that of 0 for no thread at all. */
const pid = 1;

/**
 * Begins the trace of a run, see `createTraceFile`. Time counts from now on. A bar has `work`, `wait` or `warm-up` as its category.
 *
 * @throws PipelineError `file-unwritable`, at once when no file can be made there.
 */
export async function openRunTrace(path: string): Promise<RunTrace> {
  const file = await createTraceFile(path);
  const openedMs = performance.now();
  const micros = (ms: number): number => Math.round((ms - openedMs) * 1000);
  const tids = new Map<string, number>();
  const values = new Map<string, number>();
  let readCounters = (): Readonly<Record<string, number>> => ({});
  let isScheduled: NodeJS.Immediate | undefined;

  const tidOf = ({ place, slot }: Work): number => {
    const { name, isNumbered } = rows[place];
    const row = isNumbered ? `${name} ${slot + 1}` : name;
    const known = tids.get(row);
    if (known !== undefined) return known;
    const tid = pid + 1 + tids.size;
    tids.set(row, tid);
    file.write({ ph: 'M', name: 'thread_name', pid, tid, args: { name: row } });
    file.write({
      ph: 'M',
      name: 'thread_sort_index',
      pid,
      tid,
      args: { sort_index: places.indexOf(place) * 1000 + slot },
    });
    return tid;
  };
  const sample = (): void => {
    isScheduled = undefined;
    const ts = micros(performance.now());
    for (const [name, value] of Object.entries(readCounters())) {
      if (values.get(name) === value) continue;
      values.set(name, value);
      file.write({ ph: 'C', name, pid, ts, args: { value } });
    }
  };
  const schedule = (): void => {
    isScheduled ??= setImmediate(sample);
  };
  const stopSampling = (): void => {
    if (isScheduled) clearImmediate(isScheduled);
    isScheduled = undefined;
  };

  file.write({ ph: 'M', name: 'process_name', pid, tid: pid, args: { name: 'vitrine' } });
  return {
    watch: (work) => {
      const beganMs = performance.now();
      schedule();
      return ({ times: { startMs, endMs } = { startMs: beganMs, endMs: performance.now() }, facts } = {}) => {
        const ts = micros(startMs);
        const cat = work.isWarmUp === true ? 'warm-up' : work.isWait === true ? 'wait' : 'work';
        const args = { ...work.facts, ...facts };
        file.write({ ph: 'X', name: work.name, cat, pid, tid: tidOf(work), ts, dur: micros(endMs) - ts, args });
        schedule();
      };
    },
    count(read) {
      readCounters = read;
      sample();
    },
    async close() {
      stopSampling();
      sample();
      await file.close();
    },
    async [Symbol.asyncDispose]() {
      stopSampling();
      await file[Symbol.asyncDispose]();
    },
  };
}
