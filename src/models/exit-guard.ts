/** Longest that the end of the process is held up, in milliseconds. */
const patienceMs = 60_000;

/** Keeps the process from ending while a lane is inside native code. */
export interface ExitGuard extends Disposable {
  /** One flag a lane, in memory that threads share: 1 while the lane may be inside native code, else 0. */
  readonly flags: readonly Int32Array[];
}

/**
 * Guards `count` lanes. ONNX Runtime aborts the whole process (a core dump, exit code 134) when its thread is ended during a
 * run, and `process.exit()` ends threads. So at exit this blocks until no flag is 1, at most a minute.
 */
export function exitGuard(count: number): ExitGuard {
  const flags = Array.from({ length: count }, () => new Int32Array(new SharedArrayBuffer(4)));
  const wait = (): void => {
    const end = performance.now() + patienceMs;
    for (const flag of flags) Atomics.wait(flag, 0, 1, Math.max(0, end - performance.now()));
  };
  process.on('exit', wait);
  return {
    flags,
    [Symbol.dispose]: () => {
      process.off('exit', wait);
    },
  };
}
