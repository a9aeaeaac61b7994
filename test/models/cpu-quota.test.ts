import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { cpuQuota } from '../../src/models/cpu-quota.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';

describe('cpuQuota', () => {
  it.each<{ what: string; membership: string; files: Record<string, string>; cores: number | undefined }>([
    { what: 'version 2', membership: '0::/', files: { 'cpu.max': '150000 100000\n' }, cores: 1.5 },
    { what: 'version 2 without a limit', membership: '0::/', files: { 'cpu.max': 'max 100000\n' }, cores: undefined },
    {
      what: 'the least of a group and those above',
      membership: '0::/a/b',
      files: { 'a/b/cpu.max': '400000 100000', 'a/cpu.max': '200000 100000', 'cpu.max': 'max 100000' },
      cores: 2,
    },
    {
      what: 'the own group under a wider one',
      membership: '0::/a/b',
      files: { 'a/b/cpu.max': '50000 100000', 'a/cpu.max': '200000 100000' },
      cores: 0.5,
    },
    {
      what: 'version 1, by the names of its controllers',
      membership: '5:memory:/m\n4:cpu,cpuacct:/a\n0::/',
      files: { 'cpu,cpuacct/a/cpu.cfs_quota_us': '300000\n', 'cpu,cpuacct/a/cpu.cfs_period_us': '100000\n' },
      cores: 3,
    },
    {
      what: 'version 1 by its short name, in a container that knows the path of the host',
      membership: '4:cpuacct,cpu:/docker/123',
      files: { 'cpu/cpu.cfs_quota_us': '50000', 'cpu/cpu.cfs_period_us': '25000' },
      cores: 2,
    },
    {
      what: 'version 1 without a limit',
      membership: '1:cpu:/',
      files: { 'cpu/cpu.cfs_quota_us': '-1', 'cpu/cpu.cfs_period_us': '100000' },
      cores: undefined,
    },
    {
      what: 'nothing of other controllers',
      membership: '3:cpuset:/',
      files: { 'cpuset/cpu.cfs_quota_us': '100000', 'cpuset/cpu.cfs_period_us': '100000' },
      cores: undefined,
    },
    { what: 'no files', membership: '0::/a', files: {}, cores: undefined },
    { what: 'noise', membership: 'what\n0::/', files: { 'cpu.max': 'many\n' }, cores: undefined },
  ])('reads $what', async ({ membership, files, cores }) => {
    await using folder = await temporaryFolder();
    for (const [path, text] of Object.entries({ ...files, membership })) {
      await mkdir(dirname(join(folder.path, path)), { recursive: true });
      await writeFile(join(folder.path, path), text);
    }
    expect(cpuQuota({ membership: join(folder.path, 'membership'), mount: folder.path })).toBe(cores);
  });

  it('finds no limit where there are no control groups', () => {
    expect(cpuQuota({ membership: '/nowhere/cgroup', mount: '/nowhere' })).toBeUndefined();
  });
});
