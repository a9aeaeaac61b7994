import yargs, { type Arguments, type Argv } from 'yargs';
import { camelCase } from './camel-case.ts';
import { didYouMean, oneOfKnown } from './closest-name.ts';
import { type Command } from './command.ts';
import { readConfigFile } from './config-file.ts';
import { type CliContext } from './context.ts';
import { coverWords, uncover } from './cover-words.ts';
import { type ExitCode } from './exit-code.ts';
import { UsageError } from './usage-error.ts';

/** What a command line asks for: text to print (help, the version), or a command to run. */
export type Invocation =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'run'; readonly command: Command; readonly run: (context: CliContext) => Promise<ExitCode> };

/** Options of {@link parseCommandLine}. */
export interface ParseOptions {
  readonly commands: readonly Command[];
  /** Version that `--version` prints. */
  readonly version: string;
  /** Width of the help text in columns. @defaultValue `100` */
  readonly width?: number;
}

/**
 * Turns arguments into an {@link Invocation} without running anything.
 *
 * @throws UsageError when a name is unknown (with the nearest known one), a value is missing, empty or of the wrong kind, or
 * the config file cannot be used.
 */
export async function parseCommandLine(argv: readonly string[], options: ParseOptions): Promise<Invocation> {
  const { commands, version, width = 100 } = options;
  let text = '';
  let current: Command | undefined;
  let invocation: Invocation | undefined;

  const parser = yargs()
    .scriptName('vitrine')
    .locale('en')
    .usage('$0 <command>\n\nWhich item of the shop a livestream host holds up, in which frame, and where.')
    .command(
      '$0',
      false,
      (builder) => builder,
      ({ _: words }) => {
        const [word] = words.map((one) => uncover(String(one)));
        if (word === undefined) throw new UsageError('No command given. `vitrine --help` lists them');
        const names = commands.map(({ name }) => name);
        if (names.includes(word)) throw new UsageError(`The command has to stand before --: vitrine ${word} ...`);
        throw new UsageError(`Unknown command ${word}${oneOfKnown(word, names)}`);
      },
    )
    .version(version)
    .help()
    .alias('help', 'h')
    .alias('version', 'v')
    .wrap(width)
    .epilogue('`vitrine <command> --help` shows a command’s options and examples.')
    .parserConfiguration({
      // An option that may be repeated takes one value each time; of any other the last value counts.
      'duplicate-arguments-array': true,
      'greedy-arrays': false,
      'parse-positional-numbers': false,
      'dot-notation': false,
    })
    .exitProcess(false)
    // Whatever yargs complains about happens before a command runs, so it is the user's to mend.
    .fail((message, error) => {
      throw error instanceof UsageError
        ? error
        : new UsageError(reword(message ?? error.message, current), { cause: error });
    });
  for (const command of commands) {
    parser.command({
      command: usageOf(command),
      describe: command.describe,
      builder: (builder: Argv) => {
        current = command;
        return declare(builder, command);
      },
      handler: (args) => {
        invocation = { kind: 'run', command, run: (context) => command.run(args, context) };
      },
    });
  }
  const [first, ...others] = argv;
  const asked = first === 'help' ? [...others, '--help'] : argv; // As git and npm have it.
  await parser.parseAsync([...coverWords(asked, commands)], {}, (_error, _args, output) => {
    text = output;
  });
  return invocation ?? { kind: 'text', text: `${text}\n` };
}

function declare(builder: Argv, command: Command): Argv {
  builder.usage(`$0 ${usageOf(command)}\n\n${command.describe}`).epilogue('');
  for (const [name, option] of Object.entries(command.positionals)) builder.positional(name, option);
  for (const [commandLine, does] of command.examples) builder.example(`$0 ${commandLine}`, does);
  return builder
    .options(command.options)
    .option('config', {
      type: 'string',
      requiresArg: true,
      config: true,
      configParser: (path) => readConfigFile(path, command),
      describe: 'JSON file of options, by their names here; the command line wins',
    })
    .middleware((args) => {
      if (args['help'] === true) return;
      takeLast(args, command);
      takePositionals(args, command);
      rejectUnknown(args, command);
      rejectValues(args, command);
    }, true);
}

function rejectUnknown(args: Arguments, command: Command): void {
  const options = [...Object.keys(command.options), 'config', 'help', 'version'];
  const aliases = Object.values(command.options).flatMap(({ alias }) => alias ?? []);
  const known = new Set(
    [...options, ...Object.keys(command.positionals), '_', '$0', 'h', 'v', ...aliases].flatMap((n) => [
      n,
      camelCase(n),
    ]),
  );
  for (const name of Object.keys(args)) {
    if (known.has(name)) continue;
    const dashes = name.length === 1 ? '-' : '--';
    throw new UsageError(`Unknown option ${dashes}${name}${didYouMean(name, options, '--')}`);
  }
  const [, extra] = args._.map((word) => uncover(String(word)));
  if (extra !== undefined) throw new UsageError(`Unexpected argument ${extra}: vitrine ${usageOf(command)}`);
}

function takeLast(args: Arguments, { options }: Command): void {
  for (const [name, { array = false, alias }] of Object.entries(options)) {
    if (array) continue;
    for (const key of [name, camelCase(name), alias ?? []].flat()) {
      const value = args[key];
      if (Array.isArray(value)) args[key] = value.at(-1);
    }
  }
}

function takePositionals(args: Arguments, command: Command): void {
  for (const name of Object.keys(command.positionals)) {
    const value = args[name];
    const words = [value].flat().flatMap((word) => (typeof word === 'string' ? [uncover(word)] : []));
    if (words.some((word) => word.trim() === '')) throw new UsageError(`Empty argument: vitrine ${usageOf(command)}`);
    if (words.includes('-') && command.readsStdin !== true) {
      throw new UsageError(`vitrine ${command.name} does not read from stdin; for a file called - write ./-`);
    }
    if (words.length > 0) args[name] = Array.isArray(value) ? words : words[0];
  }
}

function rejectValues(args: Arguments, { options }: Command): void {
  for (const [name, { type, choices }] of Object.entries(options)) {
    const value = args[name];
    if (type === 'number' && Number.isNaN(value)) throw new UsageError(`Expected --${name} to be a number`);
    if (choices === undefined || typeof value !== 'string' || choices.includes(value)) continue;
    throw new UsageError(`Expected --${name} to be one of ${choices.join(', ')}, got ${value}`);
  }
}

/** What yargs says about something that is missing, in our words. */
function reword(message: string, command: Command | undefined): string {
  if (command === undefined) return message;
  const usage = `vitrine ${usageOf(command)}`;
  if (message.startsWith('Not enough non-option arguments')) return `Missing argument: ${usage}`;
  return message
    .replace(
      /^Missing required arguments?: (.*)$/s,
      (_match, names: string) => `Missing --${names.replaceAll(', ', ' and --')}: ${usage}`,
    )
    .replace(/^Not enough arguments following: (.*)$/s, 'Missing value of --$1');
}

function usageOf({ name, usage }: Command): string {
  return `${name} ${usage}`.trim();
}
