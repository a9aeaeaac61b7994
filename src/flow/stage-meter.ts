import { type TimestampProvider } from 'rxjs';
import { assertInteger } from '../core/assert.ts';

/** What a stage did, with times in milliseconds summed over its slots. */
export interface StageReport {
  /** Things that it can do at once. */
  readonly slots: number;
  /** Values that went through. */
  readonly count: number;
  /** Pieces of work; fewer than values where it works in batches. */
  readonly runs: number;
  /** Time spent at work. */
  readonly busyMs: number;
  /** Time spent waiting for credit. */
  readonly creditWaitMs: number;
  /** Time in which a slot had nothing to do. */
  readonly inputWaitMs: number;
  /** Most values inside at once, waiting ones included. */
  readonly peakInFlight: number;
}

/** Options of {@link StageMeter}. */
export interface StageMeterOptions {
  /** Things that the stage can do at once: an integer, at least 1. */
  readonly slots: number;
  /** In milliseconds. @defaultValue `performance` */
  readonly clock?: TimestampProvider;
}

/**
 * Counts what goes through a stage and what its slots spend their time on.
 *
 * The stage whose slots wait least for input is the one that limits the others, see `limitingStage`.
 */
export class StageMeter {
  readonly #slots: number;
  readonly #clock: TimestampProvider;
  readonly #openedAt: number;
  readonly #busy: TimeSum;
  readonly #creditWait: TimeSum;
  #count = 0;
  #inFlight = 0;
  #peakInFlight = 0;

  /** @throws TypeError when `slots` is not an integer of at least 1. */
  constructor({ slots, clock = performance }: StageMeterOptions) {
    assertInteger('slots', slots, 1);
    this.#slots = slots;
    this.#clock = clock;
    this.#openedAt = clock.now();
    this.#busy = new TimeSum(clock);
    this.#creditWait = new TimeSum(clock);
  }

  /** Values that are inside now, waiting ones included. */
  get inFlight(): number {
    return this.#inFlight;
  }

  /** A value came in. The function that is returned says that it is out. */
  enter(): () => void {
    this.#inFlight += 1;
    this.#peakInFlight = Math.max(this.#peakInFlight, this.#inFlight);
    return once(() => {
      this.#inFlight -= 1;
      this.#count += 1;
    });
  }

  /** A slot begins a piece of work. The function that is returned ends it. */
  work(): () => void {
    return this.#busy.start();
  }

  /** Work that has begun stands still for lack of credit. The function that is returned says that it goes on. */
  waitForCredit(): () => void {
    return this.#creditWait.start();
  }

  /** What has happened so far, spans that have not ended included. */
  read(): StageReport {
    const creditWaitMs = this.#creditWait.read();
    const busyMs = Math.max(0, this.#busy.read() - creditWaitMs);
    const slotMs = (this.#clock.now() - this.#openedAt) * this.#slots;
    return {
      slots: this.#slots,
      count: this.#count,
      runs: this.#busy.spans,
      busyMs,
      creditWaitMs,
      inputWaitMs: Math.max(0, slotMs - busyMs - creditWaitMs),
      peakInFlight: this.#peakInFlight,
    };
  }
}

/** Sum of the lengths of spans, which may overlap. */
class TimeSum {
  readonly #clock: TimestampProvider;
  #sum = 0;
  #open = 0;
  spans = 0;

  constructor(clock: TimestampProvider) {
    this.#clock = clock;
  }

  start(): () => void {
    const startedAt = this.#clock.now();
    this.spans += 1;
    this.#open += 1;
    // An open span counts as if it had begun at 0; `read` adds the present for it.
    this.#sum -= startedAt;
    return once(() => {
      this.#open -= 1;
      this.#sum += this.#clock.now();
    });
  }

  read(): number {
    return this.#sum + this.#open * this.#clock.now();
  }
}

function once(act: () => void): () => void {
  let isDone = false;
  return () => {
    if (isDone) return;
    isDone = true;
    act();
  };
}
