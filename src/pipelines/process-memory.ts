import { readdirSync, readFileSync } from 'node:fs';
import { interval, startWith, type Subscription } from 'rxjs';

/** Keeps the largest resident size of this process and its children. Disposing it stops the sampling. */
export interface MemoryMeter extends Disposable {
  /** In bytes: the most that was seen at one of the samples. */
  readonly peakRssBytes: number;
}

/** How often memory is looked at: often enough to see a clip's ffmpeg, which lives for a second. */
const everyMs = 200;

/** Samples the resident size of the whole process tree until disposed. On systems without `/proc`: of this process alone. */
export function meterMemory(): MemoryMeter {
  let peak = 0;
  const sampling: Subscription = interval(everyMs)
    .pipe(startWith(0))
    .subscribe(() => {
      peak = Math.max(peak, treeRss());
    });
  return {
    get peakRssBytes() {
      return peak;
    },
    [Symbol.dispose]: () => sampling.unsubscribe(),
  };
}

function treeRss(): number {
  return process.memoryUsage.rss() + childrenOf(process.pid).reduce((sum, pid) => sum + rssOf(pid), 0);
}

/** Resident bytes of a process and its children; 0 once it has ended. */
function rssOf(pid: number): number {
  const kib = /^VmRSS:\s+(\d+) kB$/mu.exec(readOr(`/proc/${pid}/status`, ''))?.[1];
  return Number(kib ?? 0) * 1024 + childrenOf(pid).reduce((sum, child) => sum + rssOf(child), 0);
}

/** Ids of the child processes that any thread of a process started. */
export function childrenOf(pid: number): readonly number[] {
  return threadsOf(pid).flatMap((thread) =>
    readOr(`/proc/${pid}/task/${thread}/children`, '').split(' ').filter(Boolean).map(Number),
  );
}

function threadsOf(pid: number): readonly string[] {
  try {
    return readdirSync(`/proc/${pid}/task`);
  } catch {
    return []; // It has ended, or there is no /proc.
  }
}

function readOr(path: string, otherwise: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return otherwise;
  }
}
