import { readdirSync, readFileSync } from 'node:fs';
import { childrenOf } from '../../src/pipelines/process-memory.ts';

/** What a process tree took at once. */
export interface TreeUsage {
  /** Resident bytes, summed over the processes; what they share counts for each. A process that was forked and has not begun its program is not counted. */
  readonly rssBytes: number;
  /** Everything that is open: files, pipes, sockets. */
  readonly openFiles: number;
}

/** Looks at a process tree every so often. Disposing it ends the watch. */
export interface TreeWatch extends Disposable {
  /** The most that was seen at one of the looks. */
  readonly peak: TreeUsage;
  /** Begins to look at the processes below `pid`, that one left out. */
  readonly start: (pid: number) => void;
}

/** Options of {@link watchTree}. */
export interface WatchTreeOptions {
  readonly everyMs: number;
  /** Called at each look. */
  readonly onLook: () => void;
}

/** Makes a watch. Linux: elsewhere it sees nothing. */
export function watchTree({ everyMs, onLook }: WatchTreeOptions): TreeWatch {
  let peak: TreeUsage = { rssBytes: 0, openFiles: 0 };
  let timer: NodeJS.Timeout | undefined;
  const look = (pid: number): void => {
    const all = below(pid).map(usageOf);
    peak = {
      rssBytes: Math.max(peak.rssBytes, sum(all.map(({ rssBytes }) => rssBytes))),
      openFiles: Math.max(peak.openFiles, sum(all.map(({ openFiles }) => openFiles))),
    };
    onLook();
  };
  return {
    get peak() {
      return peak;
    },
    start: (pid) => {
      timer = setInterval(look, everyMs, pid);
    },
    [Symbol.dispose]: () => clearInterval(timer),
  };
}

function below(pid: number): readonly number[] {
  const children = childrenOf(pid);
  const own = commandOf(pid);
  // A child that still has its parent's command line has not begun its own program: what it holds is its parent's, page by page.
  return [...children.filter((child) => commandOf(child) !== own), ...children.flatMap(below)];
}

/** Its command line; undefined once it has ended. */
function commandOf(pid: number): string | undefined {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8');
  } catch {
    return undefined;
  }
}

/** Nothing, once it has ended. */
function usageOf(pid: number): TreeUsage {
  try {
    const kib = /^VmRSS:\s+(\d+) kB$/mu.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
    return { rssBytes: Number(kib ?? 0) * 1024, openFiles: readdirSync(`/proc/${pid}/fd`).length };
  } catch {
    return { rssBytes: 0, openFiles: 0 };
  }
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
