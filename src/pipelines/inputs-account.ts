import { relative } from 'node:path';
import { type InputOutcome } from '../core/frame-source.ts';
import { type IgnoredEntry } from '../io/list-folder.ts';
import { type Tally } from './run-tally.ts';

/** An input that did not give all that was wanted of it. */
export interface NotableInput extends Pick<InputOutcome, 'status' | 'frames' | 'missing'> {
  /** Relative to the root. */
  readonly path: string;
  readonly reason: string;
}

/** What became of the inputs of a run: `total = done + skipped + failed`. */
export interface InputsAccount {
  readonly total: number;
  readonly done: number;
  readonly skipped: number;
  readonly failed: number;
  /** Every input that was skipped or failed, and those that gave fewer frames than wanted or are damaged, by path. */
  readonly notable: readonly NotableInput[];
  /** What else was found under the root; not among the inputs. */
  readonly ignored: readonly IgnoredEntry[];
}

/** Accounts for every input that was counted. */
export function inputsAccount(
  { done, skipped, failed, notable }: Tally,
  { root, ignored }: { readonly root: string; readonly ignored: readonly IgnoredEntry[] },
): InputsAccount {
  const within = (path: string): string => relative(root, path);
  return {
    total: done + skipped + failed,
    done,
    skipped,
    failed,
    notable: notable
      .map(({ path, status, frames, missing, reason = '' }) => ({
        path: within(path),
        status,
        frames,
        missing,
        reason,
      }))
      .toSorted((a, b) => (a.path < b.path ? -1 : 1)),
    ignored: ignored.map(({ path, reason }) => ({ path: within(path), reason })),
  };
}
