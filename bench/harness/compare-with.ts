import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { tmpdir } from 'node:os';
import { fileURLToPath } from 'node:url';
import { messageOf } from '../../src/core/errors.ts';
import { compareAnswers } from '../scenarios/compare-answers.ts';
import { type CheckoutComparison, compareCheckouts } from './compare-checkouts.ts';
import { type Measured, measured } from './measured.ts';
import { openCheckout } from './open-checkout.ts';
import { integerOf, textOf } from './option-values.ts';
import { type OptionValues, type Scenario } from './scenario.ts';

/** Options of {@link compareWith}. */
export interface CompareWithOptions {
  readonly program: NonNullable<Scenario['program']>;
  readonly values: OptionValues;
  readonly command: string;
  readonly say: (line: string) => void;
}

const here = fileURLToPath(new URL('../..', import.meta.url));

/**
 * Builds another state of the project and runs the program of a scenario of this one and of that in turn.
 *
 * @throws UsageError when `ref` is no branch, tag or commit, before anything is run.
 */
export async function compareWith(
  ref: string,
  { program, values, command, say }: CompareWithOptions,
): Promise<Measured & CheckoutComparison> {
  const runs = integerOf(values, 'runs', 1)!;
  await using there = await openCheckout(ref);
  const folder = await mkdtemp(join(tmpdir(), 'vitrine-bench-'));
  try {
    const shared = join(folder, 'shared');
    await mkdir(shared);
    const ours = await program(values, { built: here, shared, out: join(folder, 'here') });
    const theirs = await program(values, { built: there.built, shared, out: join(folder, 'there') });
    const agree = (): Promise<string> => compareAnswers(theirs.result, ours.result).catch(messageOf);
    const { clips } = values;
    const data = `${clips === undefined ? '' : `${clips} clips of `}${basename(textOf(values, 'root'))}`;
    return await measured({ command, data }, () =>
      compareCheckouts({ there: there.commit, jobs: { here: ours.job, there: theirs.job }, agree, runs, say }),
    );
  } finally {
    await rm(folder, { recursive: true });
  }
}
