import { parseArgs } from 'node:util';
import { didYouMean } from '../../src/cli/closest-name.ts';
import { UsageError } from '../../src/cli/usage-error.ts';
import { messageOf } from '../../src/core/errors.ts';
import { type OptionValues, type Scenarios } from './scenario.ts';

/** What the command line of the bench asks for. */
export interface BenchLine {
  /** The scenario that is to be run, if any. */
  readonly name: string | undefined;
  /** Its options. */
  readonly values: OptionValues;
  /** A branch, tag or commit that it is to be compared with. */
  readonly compare: string | undefined;
  /** Folder of the results. */
  readonly results: string;
  readonly docs: boolean;
  readonly help: boolean;
}

/** Options that every scenario has. */
export const sharedOptions = {
  compare: { type: 'string' },
  results: { type: 'string', default: 'bench/results' },
  docs: { type: 'boolean', default: false },
  help: { type: 'boolean', default: false },
} as const;

/**
 * Reads the command line of the bench, without node and script. That the values of a scenario's options are in range is for the scenario to see.
 *
 * @throws UsageError when a scenario or an option is unknown, a value is missing, or nothing is asked for.
 */
export function parseBenchLine(argv: readonly string[], scenarios: Scenarios): BenchLine {
  const names = Object.keys(scenarios);
  const [first] = argv;
  const name = first === undefined || first.startsWith('-') ? undefined : first;
  const scenario = name === undefined ? undefined : scenarios[name];
  if (name !== undefined && scenario === undefined) {
    throw new UsageError(`Expected a scenario to be one of ${names.join(', ')}, got ${name}${didYouMean(name, names)}`);
  }
  const options = { ...scenario?.options, ...sharedOptions };
  const { compare, results, docs, help, ...values } = parse(name === undefined ? argv : argv.slice(1), options);
  if (name === undefined && compare !== undefined) {
    throw new UsageError(`Expected the name of a scenario (${names.join(', ')}) before --compare`);
  }
  if (name === undefined && !docs && !help) {
    throw new UsageError(`Expected the name of a scenario (${names.join(', ')}), --docs or --help`);
  }
  return { name, values, compare, results, docs, help };
}

function parse<Options extends typeof sharedOptions>(args: readonly string[], options: Options) {
  try {
    return parseArgs({ args: [...args], options }).values;
  } catch (error) {
    const message = messageOf(error);
    const unknown = /^Unknown option '-+([^']+)'/u.exec(message)?.[1];
    const known = Object.keys(options);
    const hint =
      unknown === undefined
        ? ''
        : didYouMean(unknown, known, '--') || `; known are ${known.map((one) => `--${one}`).join(', ')}`;
    throw new UsageError(`${message}${hint}`, { cause: error });
  }
}
