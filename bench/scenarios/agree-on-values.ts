import { type ProgramOutput } from '../harness/scenario.ts';

/** What some programs printed, and what {@link agreeOnValues} calls it. */
export interface PrintedValues {
  /** What a value is: `outputs`. */
  readonly values: string;
  /** What they are by the name of: `models`. */
  readonly of: string;
  readonly ours: ProgramOutput;
  readonly theirs: ProgramOutput;
}

/**
 * Checks that two checkouts printed the same JSON object, value by value.
 *
 * @throws Error that names what differs, or is not in both.
 */
export function agreeOnValues({ values, of, ours, theirs }: PrintedValues): string {
  const [here, there] = [ours, theirs].map(({ stdout }): Readonly<Record<string, unknown>> => JSON.parse(stdout));
  const names = [...new Set([...Object.keys(here!), ...Object.keys(there!)])];
  const others = names.filter((name) => here![name] !== there![name]);
  if (others.length > 0) throw new Error(`other ${values} of ${others.join(', ')}`);
  return `the same ${values} of ${names.length} ${of}`;
}
