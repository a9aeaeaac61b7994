import { spawn } from 'node:child_process';
import { chmodSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const program = fileURLToPath(new URL('../../dist/bin/vitrine.js', import.meta.url));

/** Node warns on stderr when it finds both, and test runners set them. */
const withoutColorWishes = { NO_COLOR: undefined, FORCE_COLOR: undefined };

/** How a run of the program ended, and what it wrote. */
export interface ProgramRun {
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Options of {@link runVitrine}. */
export interface RunVitrineOptions {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Called with all of stderr so far, whenever more of it comes, and a way to signal the program. */
  readonly onStderr?: (stderr: string, kill: (signal: NodeJS.Signals) => void) => void;
}

/** Runs the built program (`npm run build` makes it) as a child process without a terminal, started as an installed one is: by its first line. */
export function runVitrine(args: readonly string[], options: RunVitrineOptions = {}): Promise<ProgramRun> {
  const { cwd, env, onStderr } = options;
  return new Promise((resolve, reject) => {
    chmodSync(program, 0o755);
    const child = spawn(program, args, {
      cwd,
      env: { ...process.env, ...withoutColorWishes, ...env },
    });
    let stdout = '';
    let stderr = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr += text;
      onStderr?.(stderr, (signal) => child.kill(signal));
    });
    child.on('error', reject);
    child.on('close', (exitCode) => resolve({ exitCode, stdout, stderr }));
  });
}
