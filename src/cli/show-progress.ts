import { createLogUpdate } from 'log-update';
import { type TerminalStream } from './context.ts';
import { createPace } from './pace.ts';
import {
  type ProgressCounts,
  type ProgressNow,
  detailsOf,
  finishedOf,
  ofInputs,
  percentOf,
  progressBar,
  progressLine,
  shareOf,
} from './progress-line.ts';

/** Options of {@link showProgress}. */
export interface ShowProgressOptions {
  /** Show nothing at all. */
  readonly quiet: boolean;
  /** What is counted, in the plural. @defaultValue `'inputs'` */
  readonly of?: string;
  /** Least time between two plain lines, in milliseconds. @defaultValue `2000` */
  readonly plainEveryMs?: number;
  /** Takes the bar off the terminal for good, so that something can be said there. */
  readonly signal?: AbortSignal;
}

/** A display of progress; disposing it takes the bar off the terminal. */
export interface ProgressDisplay extends Disposable {
  update(counts: ProgressCounts): void;
}

/** Least time between two drawings of the bar, in milliseconds: no eye follows more. */
const drawEveryMs = 80;

/** Shows progress on `stream`: a bar that is drawn over itself on a terminal, a plain line every two seconds elsewhere. */
export function showProgress(stream: TerminalStream, options: ShowProgressOptions): ProgressDisplay {
  const { quiet, of = ofInputs, plainEveryMs = 2000, signal } = options;
  if (quiet) return { update: () => {}, [Symbol.dispose]: () => {} };
  const isTerminal = stream.isTTY === true && process.env['TERM'] !== 'dumb' && process.env['CI'] === undefined;
  return isTerminal ? drawBar(stream, of, signal) : printLines(stream, of, plainEveryMs);
}

function printLines(stream: TerminalStream, of: string, everyMs: number): ProgressDisplay {
  const pace = createPace();
  let printedMs = -Infinity;
  let printed = '';
  let last: ProgressNow | undefined;
  const print = (now: ProgressNow): void => {
    const line = progressLine(now, of);
    if (line !== printed) stream.write(`${line}\n`);
    printed = line;
    printedMs = now.elapsedMs;
  };
  return {
    update: (counts) => {
      last = pace(counts);
      if (counts.elapsedMs - printedMs >= everyMs) print(last);
    },
    [Symbol.dispose]: () => {
      if (last !== undefined) print(last);
    },
  };
}

function drawBar(stream: TerminalStream, of: string, signal?: AbortSignal): ProgressDisplay {
  const log = createLogUpdate(stream);
  const pace = createPace();
  let drawnMs = -Infinity;
  const takeAway = (): void => {
    log.clear();
    log.done();
  };
  signal?.addEventListener('abort', takeAway, { once: true });
  return {
    update: (counts) => {
      const now = pace(counts);
      if (signal?.aborted) return;
      if (counts.elapsedMs - drawnMs < drawEveryMs && finishedOf(counts) < counts.total) return;
      drawnMs = counts.elapsedMs;
      log(barLines(now, of, stream.columns ?? 80));
    },
    [Symbol.dispose]: () => {
      signal?.removeEventListener('abort', takeAway);
      if (!signal?.aborted) takeAway();
    },
  };
}

function barLines(now: ProgressNow, of: string, columns: number): string {
  const head = `${finishedOf(now)}/${now.total} ${of}`;
  const bar = progressBar(shareOf(now), Math.max(10, Math.min(40, columns - head.length - 10)));
  return `${bar} ${percentOf(now)} ${head}\n${detailsOf(now).join(' · ')}`;
}
