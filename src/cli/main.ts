import { packageVersion } from '../pipelines/package-folder.ts';
import { allCommands } from './all-commands.ts';
import { type Command } from './command.ts';
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
  let command: Command | undefined;
  using interrupt = onInterrupt(() => stderr.write('vitrine: stopping; once more stops at once\n'));
  try {
    const width = Math.min(stderr.columns ?? 100, 110);
    const invocation = await parseCommandLine(argv, { commands: allCommands, version: packageVersion, width });
    if (invocation.kind === 'text') {
      stdout.write(invocation.text);
      return 0;
    }
    ({ command } = invocation);
    return await invocation.run({ stdout, stderr, stdin, signal: interrupt.signal });
  } catch (thrown) {
    if (interrupt.signal.aborted) return 130;
    const { exitCode, text } = explainFailure(thrown, { command });
    stderr.write(text);
    return exitCode;
  }
}
