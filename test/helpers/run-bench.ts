import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { temporaryFolder } from './temporary-folder.ts';

const program = fileURLToPath(new URL('../../dist/bench/main.js', import.meta.url));

/** Runs a scenario of the built bench (`npm run build` makes it) and gives what it wrote. */
export async function runBench(
  scenario: string,
  ...options: readonly string[]
): Promise<ReturnType<typeof JSON.parse>> {
  await using folder = await temporaryFolder();
  await promisify(execFile)(process.execPath, [program, scenario, ...options, '--results', folder.path]);
  return JSON.parse(await readFile(join(folder.path, `${scenario}.json`), 'utf8'));
}
