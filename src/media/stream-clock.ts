/** Time between two frames of which nothing is known. */
const usualStep = 0.04;

/** A time that is less than this after the last one is moved on by a step: smaller steps would be lost in the rounding of a long stream's time. */
const shortestStep = 1e-6;

/**
 * Makes one rising stream time of the times of one connection after another, which each begin anywhere and may jump back.
 */
export class StreamClock {
  readonly #now: () => number;
  #offset: number | undefined;
  #last: { readonly seconds: number; readonly atMs: number } | undefined;
  #step: number = usualStep;

  /** @param now milliseconds of a clock on the wall. */
  constructor(now: () => number) {
    this.#now = now;
  }

  /** Time of the next frame, which its connection calls `time`; the first of all frames is at 0. */
  at(time: number | undefined): number {
    const seconds = this.#next(time);
    if (this.#last && this.#offset !== undefined) this.#step = Math.min(seconds - this.#last.seconds, 1);
    this.#last = { seconds, atMs: this.#now() };
    return seconds;
  }

  /** Says that the connection has broken off: the next frame is as much later as it comes later. */
  breakOff(): void {
    this.#offset = undefined;
  }

  #next(time: number | undefined): number {
    if (!this.#last) {
      this.#offset = -(time ?? 0);
      return 0;
    }
    const soonest = this.#last.seconds + this.#step;
    if (time === undefined) return soonest;
    if (this.#offset === undefined) {
      const seconds = this.#last.seconds + Math.max(this.#step, (this.#now() - this.#last.atMs) / 1000);
      this.#offset = seconds - time;
      return seconds;
    }
    if (time + this.#offset < this.#last.seconds + shortestStep) this.#offset = soonest - time;
    return time + this.#offset;
  }
}
