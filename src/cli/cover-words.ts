import { camelCase } from './camel-case.ts';
import { didYouMean } from './closest-name.ts';
import { type Command } from './command.ts';
import { UsageError } from './usage-error.ts';

/** Begins a word that yargs is to leave alone; no argument of a program can hold it. */
const cover = '\0';
const negativeNumber = /^-(?:\d+(?:\.\d+)?|\.\d+)$/u;

/**
 * The words of a command line as yargs reads them rightly, to be given to {@link uncover} afterwards.
 *
 * By itself yargs counts nothing behind `--` as an argument, takes `-` for the empty text, the `h` in `-shop` for `--help`, and an empty value for
 * the number 0, and any value of a switch but `true` for off. What stands for itself is covered, the rest is refused.
 *
 * @throws UsageError when an option has an empty value, a switch one that is neither `true` nor `false`, or a word begins with a dash and is no option.
 */
export function coverWords(argv: readonly string[], commands: readonly Command[]): readonly string[] {
  const end = argv.includes('--') ? argv.indexOf('--') : argv.length;
  const before = argv.slice(0, end);
  const named = commands.filter(({ name }) => before.includes(name));
  const options = (named.length > 0 ? named : commands).flatMap((command) => Object.entries(command.options));
  const valued = new Set([
    '--config',
    ...options.flatMap(([name, { requiresArg }]) => (requiresArg ? namesOf(name) : [])),
  ]);
  const switches = new Set([
    '--help',
    '--version',
    ...options.flatMap(([name, { type, alias }]) => {
      return type === 'boolean' ? [...namesOf(name), ...[alias ?? []].flat().map((letter) => `-${letter}`)] : [];
    }),
  ]);
  const letters = new Set(['h', 'v', ...options.flatMap(([, { alias }]) => alias ?? [])]);

  const covered = before.map((word, place) => {
    const [name = '', value] = word.split(/=(.*)/su);
    const option = [before[place - 1] ?? '', name].find((one) => valued.has(one));
    const given = option === name ? value : word;
    if (option !== undefined && given?.trim() === '') {
      throw new UsageError(`Expected a value of ${option}, got ${JSON.stringify(given)}`);
    }
    if (value !== undefined && switches.has(name) && !/^(?:true|false)$/u.test(value)) {
      throw new UsageError(`Expected ${name} to stand alone, or with =true or =false, got ${value}`);
    }
    if (word === '-') return option === undefined ? cover + word : word;
    // A number, or meant as one: whoever reads the option says what is wrong with it.
    if (option !== undefined && /^-\.?\d/u.test(word)) return word;
    if (isStray(word, letters)) {
      const meant = didYouMean(
        word.replace(/^-+/u, ''),
        options.map(([known]) => known),
        '--',
      );
      const other = option === undefined ? `./${word}, or -- before it` : `${option}=${word}`;
      const path = word.length > 2 ? `; for a file of this name write ${other}` : '';
      throw new UsageError(`Unknown option ${word}${meant || path}`);
    }
    return word;
  });
  const last = before.at(-1) ?? '';
  if (end < argv.length && valued.has(last)) throw new UsageError(`Missing value of ${last}`);
  return [...covered, ...argv.slice(end + 1).map((word) => cover + word)];
}

/** A word as it was typed. */
export function uncover(word: string): string {
  return word.startsWith(cover) ? word.slice(cover.length) : word;
}

/** Whether a word begins like an option and is neither a long one, nor one of flags of one letter, nor a number. */
function isStray(word: string, letters: ReadonlySet<string>): boolean {
  if (!word.startsWith('-') || /^--[^-]/u.test(word) || negativeNumber.test(word)) return false;
  const [, flags] = /^-([a-z]+)(?:=.*)?$/isu.exec(word) ?? [];
  return flags === undefined || flags.split('').some((letter) => !letters.has(letter));
}

function namesOf(name: string): readonly string[] {
  return [`--${name}`, `--${camelCase(name)}`];
}
