import { writeLinesWhole } from './write-lines-whole.ts';

interface Base {
  readonly name: string;
  readonly pid: number;
}

/** An event of the Chrome trace format; times in whole microseconds. */
export type TraceEvent =
  /** Says what a process or a row of it is called, or where the row stands. */
  | (Base & {
      readonly ph: 'M';
      readonly tid: number;
      readonly args: { readonly name: string } | { readonly sort_index: number };
    })
  /** Something that took time, on a row. */
  | (Base & {
      readonly ph: 'X';
      readonly cat: string;
      readonly tid: number;
      readonly ts: number;
      readonly dur: number;
      readonly args?: Readonly<Record<string, string | number>>;
    })
  /** What a counter stands at from now on. */
  | (Base & { readonly ph: 'C'; readonly ts: number; readonly args: { readonly value: number } });

/** A trace that is being written. Disposing it before it is closed leaves no file. */
export interface TraceFile extends AsyncDisposable {
  /** Adds an event, in any order. After a failed write it does nothing: {@link TraceFile.close} tells of that. */
  write(event: TraceEvent): void;
  /** Gives the file its name, once; throws a PipelineError `file-unwritable` if it could not be written. */
  close(): Promise<void>;
}

/** Events that are handed on together. */
const blockEvents = 256;

/**
 * Begins a file in the object form of the Chrome trace format, which Perfetto and chrome://tracing open. Whole or not at all: it has a temporary name
 * until it is closed. Holds a block of events and what the disk has not taken yet.
 *
 * @throws PipelineError `file-unwritable`, at once when no file can be made there.
 */
export async function createTraceFile(path: string): Promise<TraceFile> {
  const waiting: string[] = [];
  let end: 'complete' | 'abandoned' | undefined;
  let isFailed = false;
  let wake = (): void => undefined;
  let open = (): void => undefined;
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });

  async function* parts(): AsyncGenerator<string> {
    open();
    yield '{"displayTimeUnit":"ms","traceEvents":[\n';
    let separator = '';
    for (;;) {
      const events = waiting.splice(0);
      if (events.length > 0) {
        yield separator + events.join(',\n');
        separator = ',\n';
      } else if (end === 'complete') return yield '\n]}\n';
      else if (end === 'abandoned') throw new TypeError('Expected the trace to be closed, it was abandoned');
      else {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    }
  }

  const writing = writeLinesWhole(path, parts());
  writing.catch(() => {
    isFailed = true;
    waiting.length = 0;
  });
  await Promise.race([opened, writing]);

  const finish = (how: 'complete' | 'abandoned'): Promise<void> => {
    end ??= how;
    wake();
    return writing;
  };
  return {
    write(event) {
      if (isFailed || end) return;
      if (waiting.push(JSON.stringify(event)) >= blockEvents) wake();
    },
    close: () => finish('complete'),
    async [Symbol.asyncDispose]() {
      await finish('abandoned').catch(() => undefined);
    },
  };
}
