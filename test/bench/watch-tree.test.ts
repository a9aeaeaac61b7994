import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { describe, expect, it } from 'vitest';
import { type TreeUsage, watchTree } from '../../bench/harness/watch-tree.ts';

/** The most below a shell whose only child is a shell that runs `script`, which prints a line when all that it starts is there. */
async function peakOf(script: string): Promise<TreeUsage> {
  const outer = spawn('sh', ['-c', 'sh -c "$1"; true', 'outer', script], { stdio: ['ignore', 'pipe', 'inherit'] });
  await once(outer.stdout, 'data');
  let looks = 0;
  let enough: () => void = () => undefined;
  const seen = new Promise<void>((resolve) => {
    enough = resolve;
  });
  using tree = watchTree({
    everyMs: 10,
    onLook: () => {
      looks += 1;
      if (looks === 5) enough();
    },
  });
  tree.start(outer.pid ?? 0);
  await seen;
  outer.kill();
  return tree.peak;
}

describe.runIf(process.platform === 'linux')('watchTree', () => {
  it('does not count a process that has not begun its program', async () => {
    const plain = await peakOf('sleep 2 & sleep 0.3; echo; wait');
    const forked = await peakOf('(sleep 2; true) & sleep 0.3; echo; wait'); // The shell in brackets is a copy of the one around it.
    expect(plain.openFiles).toBeGreaterThan(0);
    expect(plain.rssBytes).toBeGreaterThan(0);
    expect(forked.openFiles).toBe(plain.openFiles);
  });
});
