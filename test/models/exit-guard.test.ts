import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { entryUrl } from '../../src/core/entry-url.ts';
import { exitGuard } from '../../src/models/exit-guard.ts';

describe('exitGuard', () => {
  it('holds up the end of the process until no lane is in native code', async () => {
    const lane = `
      import { workerData } from 'node:worker_threads';
      const answer = () => { Atomics.sub(workerData, 0, 1); Atomics.notify(workerData, 0); };
      setTimeout(answer, 50);
      setTimeout(answer, 100);`;
    const program = `
      import { Worker } from 'node:worker_threads';
      import { exitGuard } from ${JSON.stringify(entryUrl('models/exit-guard').href)};
      const { flags: [idle, busy] } = exitGuard(2);
      Atomics.store(busy, 0, 2);
      process.on('exit', () => console.log('flags at the end', idle.join(), busy.join()));
      new Worker(new URL(${JSON.stringify(`data:text/javascript,${encodeURIComponent(lane)}`)}), { workerData: busy });
      process.exit(0);`;
    const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '--eval', program]);
    expect(stdout).toBe('flags at the end 0,1 0,1\n');
  });

  it('leaves no listener behind', () => {
    const before = process.listenerCount('exit');
    const guard = exitGuard(3);
    expect(process.listenerCount('exit')).toBe(before + 1);
    guard[Symbol.dispose]();
    expect(process.listenerCount('exit')).toBe(before);
  });
});
