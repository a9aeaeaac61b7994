import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { tmpdir } from 'node:os';
import { packageFolder } from '../../src/pipelines/package-folder.ts';
import { type CheckoutComparison, compareCheckouts } from './compare-checkouts.ts';
import { type ChildJob } from './measure-child.ts';
import { type Measured, measured } from './measured.ts';
import { type Checkout, openCheckout } from './open-checkout.ts';
import { integerOf } from './option-values.ts';
import { type OptionValues, type Scenario } from './scenario.ts';

/** Options of {@link compareWith}. */
export interface CompareWithOptions {
  /** Name of the scenario. */
  readonly name: string;
  readonly scenario: Pick<Scenario, 'program'>;
  readonly values: OptionValues;
  readonly command: string;
  readonly say: (line: string) => void;
  /** Lets the first round count too, where times do not matter: in tests. @defaultValue `false` */
  readonly countFirst?: boolean | undefined;
  /** Builds the other state, which has the file `source`. @defaultValue {@link openCheckout} */
  readonly open?: (ref: string, source: string) => Promise<Checkout>;
}

/**
 * Builds another state of the project and runs the program of a scenario of this one and of that in turn.
 *
 * @throws UsageError when `ref` is no branch, tag or commit, or has no such program, before anything is run.
 */
export async function compareWith(ref: string, options: CompareWithOptions): Promise<Measured & CheckoutComparison> {
  const { name, scenario, values, command, say, countFirst, open = openCheckout } = options;
  const runs = integerOf(values, 'runs', 1)!;
  const { source, data, prepare } = scenario.program(values);
  await using there = await open(ref, source);
  const folder = await mkdtemp(join(tmpdir(), 'vitrine-bench-'));
  try {
    const shared = join(folder, 'shared');
    await mkdir(shared);
    const { argsFor, agree } = await prepare(shared);
    const outs = { here: join(folder, 'here'), there: join(folder, 'there') };
    const jobOf = (built: string, out: string): ChildJob => {
      return { command: process.execPath, args: [join(built, source.replace(/ts$/u, 'js')), ...argsFor(out)] };
    };
    return await measured({ command, data }, () =>
      compareCheckouts({
        scenario: name,
        there: there.commit,
        jobs: { here: jobOf(join(packageFolder, 'dist'), outs.here), there: jobOf(there.built, outs.there) },
        agree: ({ here: ours, there: theirs }) =>
          agree({ ours: { stdout: ours, out: outs.here }, theirs: { stdout: theirs, out: outs.there } }),
        runs,
        countFirst,
        say,
      }),
    );
  } finally {
    await rm(folder, { recursive: true });
  }
}
