import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Where {@link cpuQuota} looks; replaceable, for machines that are not there. */
export interface CpuQuotaFiles {
  /** Says in which control groups this process is. @defaultValue `'/proc/self/cgroup'` */
  readonly membership?: string;
  /** Where control groups are mounted. @defaultValue `'/sys/fs/cgroup'` */
  readonly mount?: string;
}

/**
 * CPU time that control groups let this process use, in cores (1.5 is three halves of one); `undefined` where there is no limit, and
 * where there are no control groups. `availableParallelism()` does not know of it: a container with a quota of 2 on a machine of 64 cores has 64 for it.
 *
 * Reads `cpu.max` of version 2, and `cpu.cfs_quota_us` and `cpu.cfs_period_us` of version 1, of the process's group and all above it; the least counts.
 */
export function cpuQuota(files: CpuQuotaFiles = {}): number | undefined {
  const { membership = '/proc/self/cgroup', mount = '/sys/fs/cgroup' } = files;
  const quotas = (read(membership) ?? '').split('\n').flatMap((line) => {
    // `0::/path` of version 2, `4:cpu,cpuacct:/path` of version 1.
    const [, controllers, path = '/'] = /^\d+:([^:]*):(.*)$/.exec(line) ?? [];
    if (controllers === '') return groups(path).map((group) => quotaOf2(join(mount, group)));
    if (!controllers?.split(',').includes('cpu')) return [];
    return groups(path).flatMap((group) => [controllers, 'cpu'].map((name) => quotaOf1(join(mount, name, group))));
  });
  const limits = quotas.filter((quota) => quota !== undefined);
  return limits.length > 0 ? Math.min(...limits) : undefined;
}

/** The group and all above it. In a container the path may be the host's, and only the last of these is there. */
function groups(path: string): readonly string[] {
  const parts = path.split('/').filter(Boolean);
  return Array.from({ length: parts.length + 1 }, (_, up) => parts.slice(0, parts.length - up).join('/'));
}

function quotaOf2(folder: string): number | undefined {
  const [quota, period] = (read(join(folder, 'cpu.max')) ?? '').trim().split(' ');
  return ratio(quota, period);
}

function quotaOf1(folder: string): number | undefined {
  return ratio(read(join(folder, 'cpu.cfs_quota_us')), read(join(folder, 'cpu.cfs_period_us')));
}

/** No limit is written `max` in version 2 and `-1` in version 1. */
function ratio(quota: string | undefined, period: string | undefined): number | undefined {
  const cores = Number(quota) / Number(period);
  return Number.isFinite(cores) && cores > 0 ? cores : undefined;
}

function read(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined; // Not there, or not for us: then there is no limit to know of.
  }
}
