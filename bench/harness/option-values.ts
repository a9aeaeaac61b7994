import { formatFrames, parseFrames } from '../../src/cli/options/parse-frames.ts';
import { UsageError } from '../../src/cli/usage-error.ts';
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
 * The numbers of an option, which stand between commas.
 *
 * @throws TypeError when one of them is not an integer of at least `min`.
 */
export function integersOf(values: OptionValues, name: string, min: number): readonly number[] {
  return textOf(values, name)
    .split(',')
    .map((text) => {
      const value = text === '' ? Number.NaN : Number(text);
      assertInteger(`--${name}`, value, min);
      return value;
    });
}

/**
 * The sizes of an option, such as `720x1280`, which stand between commas.
 *
 * @throws UsageError when one of them is no such size, or has a side that is no multiple of `step`.
 */
export function sizesOf(values: OptionValues, name: string, step = 1): readonly (readonly [number, number])[] {
  return textOf(values, name)
    .split(',')
    .map((text) => {
      const [a = 0, b = 0] = /^(\d+)x(\d+)$/u.exec(text)?.slice(1).map(Number) ?? [];
      if (a > 0 && b > 0 && a % step === 0 && b % step === 0) return [a, b];
      const wanted = `${step}x${step} or larger${step === 1 ? '' : `, in steps of ${step}`}`;
      throw new UsageError(`Expected \`--${name}\` to be sizes of ${wanted}, got ${text}`);
    });
}

/**
 * The frames of a clip, as `first:last:step`.
 *
 * @throws UsageError when they are no such range.
 */
export function framesOf(values: OptionValues): string {
  return formatFrames(parseFrames('frames', textOf(values, 'frames')));
}

/**
 * The words of an option, which stand between commas.
 *
 * @throws UsageError when one of them is none of those that are known.
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
      throw new UsageError(`Expected --${name} to be of ${known.join(', ')}, got ${text}`);
    });
}
