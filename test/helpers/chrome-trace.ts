import { readFile } from 'node:fs/promises';
import { z } from 'zod';

const facts = z.record(z.string(), z.union([z.string(), z.number()]));
const micros = z.int().min(0);

/** The part of the Chrome trace format that we write, as its document says it. */
const traceSchema = z.strictObject({
  displayTimeUnit: z.literal('ms'),
  traceEvents: z.array(
    z.discriminatedUnion('ph', [
      z.strictObject({
        ph: z.literal('M'),
        name: z.enum(['process_name', 'thread_name', 'thread_sort_index']),
        pid: z.int(),
        tid: z.int(),
        args: z.union([z.strictObject({ name: z.string() }), z.strictObject({ sort_index: z.int() })]),
      }),
      z.strictObject({
        ph: z.literal('X'),
        name: z.string().min(1),
        cat: z.enum(['work', 'wait', 'warm-up']),
        pid: z.int(),
        tid: z.int(),
        ts: micros,
        dur: micros,
        args: facts,
      }),
      z.strictObject({
        ph: z.literal('C'),
        name: z.string().min(1),
        pid: z.int(),
        ts: micros,
        args: z.strictObject({ value: z.number() }),
      }),
    ]),
  ),
});

/** Something that took time, from `ts` on, in microseconds. */
export interface Bar {
  readonly name: string;
  readonly cat: 'work' | 'wait' | 'warm-up';
  readonly ts: number;
  readonly dur: number;
  readonly args: Readonly<Record<string, string | number>>;
}

/** What a trace says, by the names of its rows and counters. */
export interface ReadTrace {
  /** By rising start. */
  readonly rows: ReadonlyMap<string, readonly Bar[]>;
  /** The values in their order. */
  readonly counters: ReadonlyMap<string, readonly number[]>;
}

/** Reads a trace; throws where it is none, a bar is on a row without a name, two rows have one name, or one that of the process. */
export async function readTrace(path: string): Promise<ReadTrace> {
  const { traceEvents } = traceSchema.parse(JSON.parse(await readFile(path, 'utf8')));
  const names = new Map<number, string>();
  const rows = new Map<string, Bar[]>();
  const counters = new Map<string, number[]>();
  for (const event of traceEvents) {
    if (event.ph !== 'M' || event.name !== 'thread_name' || !('name' in event.args)) continue;
    if (rows.has(event.args.name)) throw new TypeError(`Expected one row of a name, got two of ${event.args.name}`);
    if (event.tid <= event.pid) throw new TypeError(`Expected rows after that of the process, got ${event.tid}`);
    names.set(event.tid, event.args.name);
    rows.set(event.args.name, []);
  }
  for (const event of traceEvents) {
    if (event.ph === 'X') {
      const row = rows.get(names.get(event.tid) ?? '');
      if (!row) throw new TypeError(`Expected each row to have a name, got none for ${event.tid}`);
      row.push(event);
    }
    if (event.ph === 'C') counters.set(event.name, [...(counters.get(event.name) ?? []), event.args.value]);
  }
  for (const row of rows.values()) row.sort((a, b) => a.ts - b.ts);
  return { rows, counters };
}

/** Pairs of bars of one row of which the later one begins before the other has ended. */
export function overlaps({ rows }: ReadTrace): readonly unknown[] {
  return [...rows].flatMap(([row, bars]) =>
    bars.flatMap((bar, place) => {
      const before = bars[place - 1];
      return before && before.ts + before.dur > bar.ts ? [{ row, before, bar }] : [];
    }),
  );
}
