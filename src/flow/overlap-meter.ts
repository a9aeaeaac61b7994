/** Which of the two activities. */
export type Activity = 'first' | 'second';

/** When something went on, in milliseconds. */
export interface MeterSpan {
  readonly startMs: number;
  readonly endMs: number;
}

/** Times in milliseconds; where one activity goes on several times at once, that time counts once. */
export interface OverlapReport {
  readonly firstMs: number;
  readonly secondMs: number;
  /** Time in which both went on. */
  readonly bothMs: number;
}

interface Edge {
  readonly atMs: number;
  readonly activity: Activity;
  readonly step: 1 | -1;
}

/**
 * Measures how long each of two activities went on, and how long both did.
 *
 * Spans may overlap and be told in any order, long after they have ended. Holds those that ended after the oldest span that has not been told yet
 * began, and nothing of the others: whoever begins a span has to end it.
 *
 * @example const end = meter.begin('first', performance.now()); end({ startMs, endMs });
 */
export class OverlapMeter {
  readonly #open = new Set<{ readonly atMs: number }>();
  readonly #running: Record<Activity, number> = { first: 0, second: 0 };
  #edges: Edge[] = [];
  #sweptMs = 0;
  #firstMs = 0;
  #secondMs = 0;
  #bothMs = 0;

  /** A span begins, not before `atMs`. The function that is returned says when it really was. */
  begin(activity: Activity, atMs: number): (span: MeterSpan) => void {
    const opened = { atMs };
    this.#open.add(opened);
    return ({ startMs, endMs }) => {
      if (!this.#open.delete(opened)) return;
      this.#edges.push({ atMs: startMs, activity, step: 1 }, { atMs: endMs, activity, step: -1 });
      let horizonMs = Infinity;
      for (const other of this.#open) horizonMs = Math.min(horizonMs, other.atMs);
      this.#sweep(horizonMs);
    };
  }

  /** What went on in all spans that have ended. */
  read(): OverlapReport {
    this.#sweep(Infinity);
    return { firstMs: this.#firstMs, secondMs: this.#secondMs, bothMs: this.#bothMs };
  }

  /** Adds up what lies before `horizonMs`, which no span that is still to come can change. */
  #sweep(horizonMs: number): void {
    this.#edges.sort((a, b) => a.atMs - b.atMs);
    const later = this.#edges.findIndex(({ atMs }) => atMs > horizonMs);
    const settled = this.#edges.splice(0, later === -1 ? this.#edges.length : later);
    for (const { atMs, activity, step } of settled) {
      const elapsedMs = atMs - this.#sweptMs;
      const { first, second } = this.#running;
      if (first > 0) this.#firstMs += elapsedMs;
      if (second > 0) this.#secondMs += elapsedMs;
      if (first > 0 && second > 0) this.#bothMs += elapsedMs;
      this.#sweptMs = atMs;
      this.#running[activity] += step;
    }
  }
}
