import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { runInThisContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import { measureCall } from '../../bench/harness/measure-call.ts';
import { measureChild, parseTimes } from '../../bench/harness/measure-child.ts';

/** Asking for the time takes system time, so there is work between. */
const burn =
  'const end = process.cpuUsage().user + 3e5; while (process.cpuUsage().user < end) for (let i = 0; i < 1e6; i += 1) Math.sqrt(i);';

describe('measureChild', { skip: process.platform === 'win32' }, () => {
  it('counts what the children of the program spend', async () => {
    const program = `require('node:child_process').execFileSync(process.execPath, ['-e', ${JSON.stringify(burn)}])`;
    const { wallSeconds, cpuSeconds, stdout } = await measureChild({
      command: process.execPath,
      args: ['-e', `${program}; console.log('said')`],
    });
    expect(stdout).toBe('said\n');
    expect(cpuSeconds).toBeGreaterThanOrEqual(0.3);
    expect(wallSeconds).toBeGreaterThanOrEqual(0.3);
  });

  it('throws what a failing program said', async () => {
    const args = ['-e', 'console.error("no luck"); process.exit(3)'];
    await expect(measureChild({ command: process.execPath, args })).rejects.toThrow(/ended with 3:\nno luck/u);
  });
});

describe('parseTimes', () => {
  it('takes the line of the children', () => {
    expect(parseTimes('0m0.010s 0m0.020s\n2m1.500s 1m0.250s\n')).toBe(181.75);
  });

  it.each(['', '0m0.01s 0m0.02s'])('refuses %j', (times) => {
    expect(() => parseTimes(times)).toThrow(TypeError);
  });
});

describe('measureCall', { skip: process.platform !== 'linux' }, () => {
  it('counts this process and the children that have ended', async () => {
    const spend = (): Promise<unknown> => promisify(execFile)(process.execPath, ['-e', burn]);
    expect((await measureCall(spend)).cpuSeconds).toBeGreaterThanOrEqual(0.3);
    const { cpuSeconds, wallSeconds } = await measureCall(() => Promise.resolve(runInThisContext(burn)));
    expect(cpuSeconds).toBeGreaterThanOrEqual(0.3);
    expect(wallSeconds).toBeGreaterThan(0);
  });
});
