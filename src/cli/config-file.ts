import { readFileSync } from 'node:fs';
import { messageOf } from '../core/errors.ts';
import { didYouMean } from './closest-name.ts';
import { type Command } from './command.ts';
import { UsageError } from './usage-error.ts';

/**
 * Reads a JSON object whose keys are option names of `command`, e.g. `{"detector-batch": 8}`.
 *
 * Paths in it are relative to the working folder, as they are on the command line.
 *
 * @returns the object, or the {@link UsageError} that says what is wrong with the file: yargs hides errors that are thrown.
 */
export function readConfigFile(
  path: string,
  { name: commandName, options }: Command,
): Record<string, unknown> | UsageError {
  let config: unknown;
  try {
    // Editors on Windows put a mark of their own in front.
    config = JSON.parse(readFileSync(path, 'utf8').replace(/^\uFEFF/u, ''));
  } catch (error) {
    return new UsageError(`Cannot read the config file ${path}: ${messageOf(error)}`, { cause: error });
  }
  if (typeof config !== 'object' || config === null || Array.isArray(config)) {
    return new UsageError(`Expected the config file ${path} to hold a JSON object of options`);
  }
  for (const [key, value] of Object.entries(config)) {
    const option = options[key];
    if (option === undefined) {
      const hint = didYouMean(key, Object.keys(options)) || `; it is not an option of vitrine ${commandName}`;
      return new UsageError(`Unknown key "${key}" in the config file ${path}${hint}`);
    }
    const values: readonly unknown[] = option.array === true && Array.isArray(value) ? value : [value];
    if (values.some((one) => typeof one !== option.type)) {
      const kind = Array.isArray(value) ? 'array' : typeof value;
      const got = value === null ? 'null' : `${JSON.stringify(value)} (${kind})`;
      return new UsageError(`Expected "${key}" in the config file ${path} to be a ${option.type}, got ${got}`);
    }
    if (values.some((one) => typeof one === 'string' && one.trim() === '')) {
      return new UsageError(`Expected a value of "${key}" in the config file ${path}, got ${JSON.stringify(value)}`);
    }
  }
  return { ...config };
}
