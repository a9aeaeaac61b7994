import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { UsageError } from '../../src/cli/usage-error.ts';

/** Another state of the project, built. Disposing it removes it. */
export interface Checkout extends AsyncDisposable {
  /** In short. */
  readonly commit: string;
  /** Its `dist`. */
  readonly built: string;
}

/**
 * Builds a branch, tag or commit in a worktree of its own in the system's folder for temporary files. Packages are those that are installed here where
 * the lock file is the same, and installed anew where it is not.
 *
 * @throws UsageError when there is no such branch, tag or commit, or when it has no file `source`, before anything is built.
 */
export async function openCheckout(ref: string, source: string): Promise<Checkout> {
  const run = async (command: string, args: readonly string[], cwd = '.'): Promise<string> =>
    (await promisify(execFile)(command, args, { cwd, maxBuffer: 2 ** 26 })).stdout.trim();
  const commit = await run('git', ['rev-parse', '--short', '--verify', '--end-of-options', `${ref}^{commit}`]).catch(
    () => {
      throw new UsageError(`Expected --compare to be a branch, tag or commit, got ${ref}, which git does not know`);
    },
  );
  await run('git', ['cat-file', '-e', `${commit}:${source}`]).catch(() => {
    throw new UsageError(`Expected --compare to be a commit that has ${source}, which is run of both, got ${ref}`);
  });
  const folder = await mkdtemp(join(tmpdir(), 'vitrine-compare-'));
  const modules = join(folder, 'node_modules');
  const remove = async (): Promise<void> => {
    await rm(modules, { recursive: true, force: true }); // A link, perhaps: what it leads to stays.
    await run('git', ['worktree', 'remove', '--force', folder]);
  };
  await run('git', ['worktree', 'add', '--quiet', '--detach', folder, commit]);
  try {
    const [here, there] = await Promise.all(
      ['.', folder].map((place) => readFile(join(place, 'package-lock.json'), 'utf8')),
    );
    if (here === there) await symlink(resolve('node_modules'), modules, 'junction');
    else await run('npm', ['ci'], folder);
    await run(process.execPath, ['node_modules/typescript/bin/tsc', '-p', 'tsconfig.build.json'], folder);
  } catch (error) {
    await remove();
    throw error;
  }
  return { commit, built: join(folder, 'dist'), [Symbol.asyncDispose]: remove };
}
