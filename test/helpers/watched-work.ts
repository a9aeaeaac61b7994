import { type WatchWork, type Work, type WorkOutcome } from '../../src/core/work.ts';

/** Work that was told to an ear. */
export interface Ear {
  readonly watch: WatchWork;
  readonly begun: readonly Work[];
  /** In the order of their ends. */
  readonly ended: readonly (Work & WorkOutcome)[];
}

/** Somebody who is told of work and remembers it. */
export function ear(): Ear {
  const begun: Work[] = [];
  const ended: (Work & WorkOutcome)[] = [];
  return {
    begun,
    ended,
    watch: (work) => {
      begun.push(work);
      return ({ facts, ...outcome } = {}) => {
        ended.push({ ...work, ...outcome, facts: { ...work.facts, ...facts } });
      };
    },
  };
}
