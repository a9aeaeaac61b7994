import { readFileSync } from 'node:fs';
import { type Cost } from './spread.ts';

/** How the clock of /proc ticks on Linux, in seconds. */
const tick = 0.01;

/**
 * What some work in this process costs, with its threads, and with the child processes that it started and that have ended, whose CPU time is known to
 * a hundredth of a second. That of child processes is seen on Linux only.
 */
export async function measureCall(work: () => Promise<unknown>): Promise<Cost> {
  const startChildren = childSeconds();
  const startCpu = process.cpuUsage();
  const startMs = performance.now();
  await work();
  const wallSeconds = (performance.now() - startMs) / 1000;
  const { user, system } = process.cpuUsage(startCpu);
  return { wallSeconds, cpuSeconds: (user + system) / 1e6 + childSeconds() - startChildren };
}

/** CPU time of all children that were waited for, and of theirs. */
function childSeconds(): number {
  let stat: string;
  try {
    stat = readFileSync('/proc/self/stat', 'utf8');
  } catch {
    return 0;
  }
  // The name of the program stands in brackets and may hold anything.
  const [user = 0, system = 0] = stat
    .slice(stat.lastIndexOf(')') + 2)
    .split(' ')
    .slice(13, 15)
    .map(Number);
  return (user + system) * tick;
}
