/** Where in a run work is done. */
export type Place = 'lane' | 'decoder' | 'picture' | 'resize' | 'crop' | 'store' | 'match';

/** A piece of work, or a wait of something that could work. */
export interface Work {
  readonly place: Place;
  /** Which of several such places, counted from 0; one piece of work at a time. */
  readonly slot: number;
  /** What it is, such as `detector` or `wait for credit`. */
  readonly name: string;
  /** Whether the place stands still. */
  readonly isWait?: boolean;
  /** Whether it is done to get ready, and does not count. */
  readonly isWarmUp?: boolean;
  /** More to know about it. */
  readonly facts?: WorkFacts;
}

/** Facts about a piece of work by name. */
export type WorkFacts = Readonly<Record<string, string | number>>;

/** When work was done, in milliseconds of this thread's `performance.now()`. */
export interface Times {
  readonly startMs: number;
  readonly endMs: number;
}

/** How a piece of work went. */
export interface WorkOutcome {
  /** When it was done, where that is known better than by the two calls; not before the first of them. */
  readonly times?: Times;
  /** What is known at the end only. */
  readonly facts?: WorkFacts;
}

/**
 * Told of a piece of work when it begins; the function that is returned is told, once, when it is over. Work of which no end comes, as when a
 * lane is closed under it, was not done.
 */
export type WatchWork = (work: Work) => (outcome?: WorkOutcome) => void;
