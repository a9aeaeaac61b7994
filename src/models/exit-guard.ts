import { createLaneState, laneCell, type LaneState } from './lane-protocol.ts';

/** Longest that the end of the process is held up, in milliseconds. */
const patienceMs = 60_000;

/** Keeps the process from ending while a lane is inside native code. */
export interface ExitGuard extends Disposable {
  /** One a lane, in memory that threads share; see {@link LaneState}. */
  readonly flags: readonly LaneState[];
}

/**
 * Guards `count` lanes. ONNX Runtime aborts the whole process (a core dump, exit code 134) when its thread is ended during a
 * run, and `process.exit()` ends threads. So at exit this tells the lanes to begin nothing more and blocks until none has anything to do, at most a minute.
 */
export function exitGuard(count: number): ExitGuard {
  const flags = Array.from({ length: count }, createLaneState);
  const wait = (): void => {
    const end = performance.now() + patienceMs;
    for (const state of flags) Atomics.store(state, laneCell.isClosing, 1);
    for (const state of flags) {
      for (;;) {
        const unanswered = Atomics.load(state, laneCell.unanswered);
        const left = end - performance.now();
        if (unanswered === 0 || left <= 0) break;
        Atomics.wait(state, laneCell.unanswered, unanswered, left);
      }
    }
  };
  process.on('exit', wait);
  return {
    flags,
    [Symbol.dispose]: () => {
      process.off('exit', wait);
    },
  };
}
