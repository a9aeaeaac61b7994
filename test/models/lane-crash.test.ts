import { describe, expect, it, vi } from 'vitest';
import { openLane } from '../../src/models/open-lane.ts';

/** The program that a lane's thread runs, in place of the real one. */
const program = vi.hoisted(() => ({ text: '' }));
vi.mock('../../src/core/entry-url.ts', () => ({
  entryUrl: () => new URL(`data:text/javascript,${encodeURIComponent(program.text)}`),
}));

const setup = { provider: 'cpu', models: [] } as const;
const request = () => ({ model: 'detector', dims: [1], data: new Uint8Array(1) });
const onMessage = (action: string): string =>
  `import { parentPort } from 'node:worker_threads'; parentPort.on('message', () => { ${action} }); parentPort.postMessage({ kind: 'ready' });`;

describe('a lane whose thread', () => {
  it.each([
    ['throws', 'throw new Error("out of memory")', "Model detector failed: the lane's thread broke: out of memory"],
    ['exits', 'process.exit(7)', "Model detector failed: the lane's thread ended with code 7"],
  ])('%s during a run rejects it and all later ones', async (_, action, message) => {
    program.text = onMessage(action);
    await using lane = await openLane(setup);
    await expect(lane.run(request())).rejects.toMatchObject({ code: 'inference-failed', message });
    expect(lane.isClosed).toBe(true);
    await expect(lane.run(request())).rejects.toMatchObject({ code: 'inference-failed', message });
  });

  it.each([
    ['throws', 'throw new Error("no memory")', "the lane's thread broke: no memory"],
    ['exits', 'process.exit(3)', "the lane's thread ended with code 3"],
  ])('%s at the start cannot be opened', async (_, text, message) => {
    program.text = text;
    await expect(openLane(setup)).rejects.toMatchObject({ code: 'inference-failed', message });
  });
});
