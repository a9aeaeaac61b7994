import { assertInteger } from '../../src/core/assert.ts';
import { type OptionValues } from './scenario.ts';

/** The text of an option that has a default. */
export function textOf(values: OptionValues, name: string): string {
  const text = values[name];
  if (text !== undefined) return text;
  throw new TypeError(`Expected --${name} to be given`);
}

/**
 * The number of an option; undefined when it was left out and has no default.
 *
 * @throws TypeError when it is not an integer of at least `min`.
 */
export function integerOf(values: OptionValues, name: string, min: number): number | undefined {
  const text = values[name];
  if (text === undefined) return undefined;
  const value = text === '' ? Number.NaN : Number(text);
  assertInteger(`--${name}`, value, min);
  return value;
}

/**
 * The words of an option, which stand between commas.
 *
 * @throws TypeError when one of them is none of those that are known.
 */
export function wordsOf<Word extends string>(
  values: OptionValues,
  name: string,
  known: readonly Word[],
): readonly Word[] {
  return textOf(values, name)
    .split(',')
    .map((text) => {
      const word = known.find((one) => one === text);
      if (word !== undefined) return word;
      throw new TypeError(`Expected --${name} to be of ${known.join(', ')}, got ${text}`);
    });
}
