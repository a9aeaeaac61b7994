import { codeOf, messageOf, PipelineError } from '../core/errors.ts';
import { type Command } from './command.ts';
import { type ExitCode } from './exit-code.ts';
import { UsageError } from './usage-error.ts';

/** Codes of {@link PipelineError} for what the user pointed us at, as opposed to what happened on the way. */
const usageCodes: ReadonlySet<string> = new Set(['dataset-invalid', 'options-invalid']);

/** Codes that are about the user's own path when nothing is there, and about damage otherwise. */
const namedCodes: ReadonlySet<string> = new Set([
  'file-unreadable',
  'manifest-invalid',
  'store-invalid',
  'stream-unreadable',
]);

/** Options of {@link explainFailure}. */
export interface ExplainFailureOptions {
  /** Show the stack too. @defaultValue whether the environment variable `VITRINE_DEBUG` is `1` */
  readonly debug?: boolean;
  /** The command that ran, which knows what the options of the library are called on its command line. */
  readonly command?: Pick<Command, 'positionals' | 'names'> | undefined;
}

/** Exit code and text for anything that a command threw: one line, and the stack only when debugging. */
export function explainFailure(
  thrown: unknown,
  { debug = process.env['VITRINE_DEBUG'] === '1', command }: ExplainFailureOptions = {},
): { readonly exitCode: ExitCode; readonly text: string } {
  const said = isWorkingFolderGone(thrown)
    ? 'The working folder is not there any more; go to another one'
    : messageOf(thrown);
  const line = asTyped(said.replaceAll(/\s*\n\s*/g, ' '), command);
  const stack = debug && thrown instanceof Error ? `${stackOf(thrown)}\n` : '';
  // Anything else than these is a bug of ours: say how to see where.
  const hint = !debug && !isExpected(thrown) ? ' (VITRINE_DEBUG=1 shows where)' : '';
  return { exitCode: isUsage(thrown) ? 2 : 1, text: `vitrine: ${line}${hint}\n${stack}` };
}

/** Whether something that was thrown is about what the user asked for: exit code 2. */
export function isUsage(thrown: unknown): boolean {
  if (thrown instanceof PipelineError) {
    const { code, cause } = thrown;
    return (
      usageCodes.has(code) ||
      (namedCodes.has(code) && hasCode(cause, 'ENOENT', 'EISDIR')) ||
      // A file where a folder was to be made, or a folder where a file was.
      (code === 'file-unwritable' && hasCode(cause, 'ENOTDIR', 'EEXIST', 'EISDIR'))
    );
  }
  if (isWorkingFolderGone(thrown)) return true;
  // A TypeError of `core/assert.ts` is about a value that the user gave; any other is a bug.
  return thrown instanceof UsageError || (thrown instanceof TypeError && thrown.message.startsWith('Expected `'));
}

/** It was deleted while a shell, or a run, was in it. */
function isWorkingFolderGone(thrown: unknown): boolean {
  return thrown instanceof Error && 'syscall' in thrown && thrown.syscall === 'uv_cwd';
}

function hasCode(cause: unknown, ...codes: readonly string[]): boolean {
  return codes.includes(codeOf(cause) ?? '');
}

/** Names what was typed where the library names an option of its own: `flow.detectorBatch` is `--detector-batch`, `source` is `<source>`. */
function asTyped(message: string, { positionals = {}, names = {} }: Partial<Command> = {}): string {
  return message.replace(
    /^Expected `(?:(?:flow|matching|tracking)\.)?(\w+)((?: \w+)*)`/,
    (_whole, field: string, part: string) => {
      const option = field.replace(/Bytes$/, '').replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
      const known = names[field] ?? (field in positionals ? `<${field}>` : `--${option}`);
      return `Expected \`${known}${part}\``;
    },
  );
}

function isExpected(thrown: unknown): boolean {
  return thrown instanceof PipelineError || isUsage(thrown);
}

function stackOf(error: Error): string {
  const cause = error.cause instanceof Error ? `\ncaused by ${stackOf(error.cause)}` : '';
  return `${error.stack ?? error.message}${cause}`;
}
