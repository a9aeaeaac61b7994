import { spawn } from 'node:child_process';
import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { type Cost } from './spread.ts';

/** A program to run. */
export interface ChildJob {
  readonly command: string;
  readonly args: readonly string[];
  /** Told of the id of a process whose only child is the program, as soon as there is one. */
  readonly onStart?: (pid: number) => void;
}

/** A run that ended well. */
export interface MeasuredChild extends Cost {
  readonly stdout: string;
}

/** POSIX `times` tells of all children that were waited for, and of theirs. */
const timed = '"$@"; code=$?; times >&3; exit $code';

/**
 * Runs a program to its end and measures its whole process tree: wall time, and user and system time as the kernel accounts them.
 *
 * @throws Error with the end of what the program said on stderr when it fails.
 */
export async function measureChild({ command, args, onStart }: ChildJob): Promise<MeasuredChild> {
  const start = performance.now();
  const child = spawn('sh', ['-c', timed, 'sh', command, ...args], { stdio: ['ignore', 'pipe', 'pipe', 'pipe'] });
  if (child.pid !== undefined) onStart?.(child.pid);
  const exited = new Promise<number | null>((resolve, reject) => child.on('error', reject).on('exit', resolve));
  const [code, wallSeconds, stdout, stderr, times] = await Promise.all([
    exited,
    exited.then(() => (performance.now() - start) / 1000),
    said(child.stdio[1]),
    said(child.stdio[2]),
    said(child.stdio[3]),
  ]);
  if (code === 0) return { wallSeconds, cpuSeconds: parseTimes(times), stdout };
  throw new Error(`${[command, ...args].join(' ')} ended with ${code}:\n${stderr.slice(-2000)}`);
}

async function said(pipe: unknown): Promise<string> {
  if (pipe instanceof Readable) return text(pipe);
  throw new TypeError('Expected a pipe that can be read');
}

/**
 * CPU seconds of the children in what POSIX `times` prints: user and system time of the shell, then of its children.
 *
 * @throws TypeError when it is something else.
 */
export function parseTimes(times: string): number {
  const found = [...times.matchAll(/(\d+)m([\d.]+)s/gu)].map(
    ([, minutes, seconds]) => Number(minutes) * 60 + Number(seconds),
  );
  const [, , user, system] = found;
  if (user === undefined || system === undefined || found.length !== 4) {
    throw new TypeError(`Expected \`times\` to say four times, got ${JSON.stringify(times)}`);
  }
  return user + system;
}
