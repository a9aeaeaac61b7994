import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { cpus, loadavg, release, totalmem } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { findFfmpeg } from '../../src/media/find-ffmpeg.ts';

/** Where and with what something was measured. */
export interface Conditions {
  readonly date: string;
  readonly commit: string;
  readonly machine: {
    readonly cpu: string;
    readonly cores: number;
    readonly memoryGiB: number;
    readonly kernel: string;
  };
  readonly versions: Readonly<Record<string, string>>;
}

/** Looks around. A commit with changes that are not in it ends in `+`. */
export async function readConditions(): Promise<Conditions> {
  const git = async (...args: string[]): Promise<string> => (await promisify(execFile)('git', args)).stdout.trim();
  const versionOf = async (name: string): Promise<string> =>
    JSON.parse(await readFile(join('node_modules', name, 'package.json'), 'utf8')).version;
  const [commit, changes, ffmpeg, runtime, rxjs] = await Promise.all([
    git('rev-parse', '--short', 'HEAD'),
    git(
      'status',
      '--porcelain',
      '--',
      'src',
      'bin',
      'bench',
      ':!bench/results',
      'fixtures/models',
      'package-lock.json',
    ),
    findFfmpeg(),
    versionOf('onnxruntime-node'),
    versionOf('rxjs'),
  ]);
  return {
    date: new Date().toISOString(),
    commit: changes === '' ? commit : `${commit}+`,
    machine: {
      cpu: cpus()[0]?.model.trim() ?? 'unknown',
      cores: cpus().length,
      memoryGiB: Math.round(totalmem() / 2 ** 30),
      kernel: release(),
    },
    versions: {
      node: process.versions.node,
      'onnxruntime-node': runtime,
      rxjs,
      ffmpeg: ffmpeg.version,
    },
  };
}

/** Mean number of running programs over the last 1, 5 and 15 minutes. */
export function readLoad(): readonly number[] {
  return loadavg().map((load) => Number(load.toFixed(2)));
}
