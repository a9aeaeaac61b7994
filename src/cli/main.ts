import { packageVersion } from '../pipelines/package-folder.ts';
import { allCommands } from './all-commands.ts';
import { type CliStreams } from './context.ts';
import { type ExitCode } from './exit-code.ts';
import { explainFailure } from './explain-failure.ts';
import { onInterrupt } from './interrupt.ts';
import { parseCommandLine } from './parse-command-line.ts';

/**
 * Runs the program for `argv` (without node and script) and resolves with its exit code. Never rejects: failures become
 * one line on `stderr`.
 */
export async function main(argv: readonly string[], { stdout, stderr, stdin }: CliStreams): Promise<ExitCode> {
  using interrupt = onInterrupt(() => stderr.write('vitrine: stopping; once more stops at once\n'));
  try {
    const width = Math.min(stderr.columns ?? 100, 110);
    const invocation = await parseCommandLine(argv, { commands: allCommands, version: packageVersion, width });
    if (invocation.kind === 'run') return await invocation.run({ stdout, stderr, stdin, signal: interrupt.signal });
    stdout.write(invocation.text);
    return 0;
  } catch (thrown) {
    if (interrupt.signal.aborted) return 130;
    const { exitCode, text } = explainFailure(thrown);
    stderr.write(text);
    return exitCode;
  }
}
