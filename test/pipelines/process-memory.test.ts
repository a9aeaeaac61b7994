import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { describe, expect, it } from 'vitest';
import { childrenOf, meterMemory } from '../../src/pipelines/process-memory.ts';

const heldBytes = 80e6;
const hold = `const held = Buffer.alloc(${heldBytes}, 1); console.log(held.length); setInterval(() => {}, 1000)`;

describe('meterMemory', () => {
  it('sees this process', () => {
    using memory = meterMemory();
    expect(memory.peakRssBytes).toBeGreaterThan(process.memoryUsage.rss() / 2);
  });

  it.runIf(process.platform === 'linux')('sees the children, and keeps the largest sum', async () => {
    const alone = process.memoryUsage.rss();
    const child = spawn(process.execPath, ['-e', hold], { stdio: ['ignore', 'pipe', 'inherit'] });
    await once(child.stdout, 'data');
    expect(childrenOf(process.pid)).toContain(child.pid);
    using memory = meterMemory();
    expect(memory.peakRssBytes).toBeGreaterThan(alone + heldBytes);
    child.kill();
    await once(child, 'exit');
    expect(memory.peakRssBytes).toBeGreaterThan(alone + heldBytes);
  });
});
