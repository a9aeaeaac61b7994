import { type ArgumentsCamelCase, type InferredOptionTypes, type Options, type PositionalOptions } from 'yargs';
import { type CliContext } from './context.ts';
import { type ExitCode } from './exit-code.ts';

/** Options by the name that stands on the command line, without the dashes. */
export type OptionRecord = Readonly<Record<string, Options>>;

/** Positional arguments by name, in the order of the usage. */
export type PositionalRecord = Readonly<Record<string, PositionalOptions>>;

/** One command of the program, as {@link defineCommand} makes it. */
export interface Command {
  readonly name: string;
  /** Positional arguments, as yargs wants them: `<root>` is needed, `[root]` is not. */
  readonly usage: string;
  /** Whether the positional argument may be `-`, which stands for stdin. @defaultValue `false` */
  readonly readsStdin?: boolean;
  /** One sentence, shown in the list of commands and above the command's own help. */
  readonly describe: string;
  readonly positionals: PositionalRecord;
  readonly options: OptionRecord;
  /** Options of the library that are called otherwise here, for its complaints: `{ searchEffort: '--effort' }`. */
  readonly names?: Readonly<Record<string, string>>;
  /** Command lines without the program's name, each with what it does. */
  readonly examples: readonly (readonly [commandLine: string, does: string])[];
  /**
   * Runs with arguments that were parsed by `positionals` and `options`. Pipelines are imported here and not above, so that a
   * help text does not wait for native libraries.
   */
  run(args: Readonly<Record<string, unknown>>, context: CliContext): Promise<ExitCode>;
}

/** A {@link Command} whose `run` gets arguments typed by the options that it declares. */
export interface CommandDefinition<P extends PositionalRecord, O extends OptionRecord>
  extends Omit<Command, 'positionals' | 'options' | 'run'> {
  readonly positionals: P;
  readonly options: O;
  run(args: ArgumentsCamelCase<InferredOptionTypes<P & O>>, context: CliContext): Promise<ExitCode>;
}

/** Types a command's `run` by the options that stand beside it; at run time it changes nothing. */
export function defineCommand<const P extends PositionalRecord, const O extends OptionRecord>(
  definition: CommandDefinition<P, O>,
): Command {
  return definition;
}
