import { PassThrough, Readable } from 'node:stream';
import { main } from '../../src/cli/main.ts';
import { type ProgramRun } from './run-vitrine.ts';

/** Runs the program in this process, with streams that are no terminals. */
export async function runMain(...args: readonly string[]): Promise<ProgramRun> {
  return runMainOn(Readable.from([]), ...args);
}

/** The same, with bytes that are piped in. */
export async function runMainOn(stdin: AsyncIterable<Uint8Array>, ...args: readonly string[]): Promise<ProgramRun> {
  const stdout = new PassThrough({ encoding: 'utf8' });
  const stderr = new PassThrough({ encoding: 'utf8' });
  const written = { stdout: '', stderr: '' };
  stdout.on('data', (text: string) => (written.stdout += text));
  stderr.on('data', (text: string) => (written.stderr += text));
  const exitCode = await main(args, { stdout, stderr, stdin: () => stdin });
  return { exitCode, ...written };
}
