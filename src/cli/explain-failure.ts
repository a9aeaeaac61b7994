import { codeOf, messageOf, PipelineError } from '../core/errors.ts';
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

/**
 * Exit code and text for anything that a command threw: one line, and the stack only where the environment variable
 * `VITRINE_DEBUG` is `1`.
 */
export function explainFailure(
  thrown: unknown,
  debug: boolean = process.env['VITRINE_DEBUG'] === '1',
): { readonly exitCode: ExitCode; readonly text: string } {
  const line = asOption(messageOf(thrown).replaceAll(/\s*\n\s*/g, ' '));
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
  // A TypeError of `core/assert.ts` is about a value that the user gave; any other is a bug.
  return thrown instanceof UsageError || (thrown instanceof TypeError && thrown.message.startsWith('Expected `'));
}

function hasCode(cause: unknown, ...codes: readonly string[]): boolean {
  return codes.includes(codeOf(cause) ?? '');
}

/** What the library names and the command line does not: it comes without a name. */
const nameless: ReadonlySet<string> = new Set(['root', 'roots', 'from']);

/** Names the option of the command line where the library names its own: `flow.detectorBatch` is `--detector-batch`. */
function asOption(message: string): string {
  return message.replace(/^Expected `(?:(?:flow|matching|tracking)\.)?(\w+)`/, (whole, field: string) => {
    if (nameless.has(field)) return whole;
    const option = field.replace(/Bytes$/, '').replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
    return `Expected \`--${option}\``;
  });
}

function isExpected(thrown: unknown): boolean {
  return thrown instanceof PipelineError || isUsage(thrown);
}

function stackOf(error: Error): string {
  const cause = error.cause instanceof Error ? `\ncaused by ${stackOf(error.cause)}` : '';
  return `${error.stack ?? error.message}${cause}`;
}
