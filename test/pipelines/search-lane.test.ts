import { describe, expect, it, vi } from 'vitest';
import { createLaneState, laneCell } from '../../src/models/lane-protocol.ts';
import { openSearchLane } from '../../src/pipelines/search-lane.ts';

/** The program that a lane's thread runs, in place of the real one. */
const program = vi.hoisted(() => ({ text: '' }));
vi.mock('../../src/core/entry-url.ts', () => ({
  entryUrl: () => new URL(`data:text/javascript,${encodeURIComponent(program.text)}`),
}));

const start = () => ({ featureLength: 1, storedRows: 1, state: createLaneState() });
const search = { queries: Float32Array.of(1), k: 1 };
const onMessage = (action: string): string =>
  `import { parentPort } from 'node:worker_threads'; parentPort.on('message', (message) => { ${action} });`;

describe('a search lane whose thread', () => {
  it.each([
    ['throws', 'throw new Error("out of memory")', 'The search failed: its thread broke: out of memory'],
    ['exits', 'process.exit(7)', 'The search failed: its thread ended with code 7'],
  ])('%s rejects what it was asked and whatever comes later', async (_, action, message) => {
    program.text = onMessage(action);
    await using lane = openSearchLane(start());
    const asked = await Promise.allSettled([lane.begin(search), lane.finish()]);
    const reason = { code: 'inference-failed', message };
    expect(asked).toMatchObject([{ reason }, { reason }]);
    await expect(lane.begin(search)).rejects.toMatchObject(reason);
  });

  it('cannot start rejects what it was asked', async () => {
    program.text = 'throw new Error("no memory")';
    const options = start();
    await using lane = openSearchLane(options);
    await expect(lane.begin(search)).rejects.toThrow('its thread broke: no memory');
    await expect.poll(() => options.state[laneCell.unanswered]).toBe(0);
  });

  it('says what failed has it told in order', async () => {
    const answers = `message.kind === 'begin' ? { kind: 'failed', message: 'bad.f32 is bad', path: 'bad.f32' } : { kind: message.kind === 'seek' ? 'looked' : 'found', found: [] }`;
    program.text = onMessage(`parentPort.postMessage(${answers}); if (message.kind === 'finish') process.exit(0);`);
    await using lane = openSearchLane(start());
    const asked = await Promise.allSettled([
      lane.begin(search),
      lane.seek({ ...search, featureLength: 1 }),
      lane.finish(),
    ]);
    expect(asked).toMatchObject([
      { reason: { code: 'store-invalid', path: 'bad.f32', message: 'bad.f32 is bad' } },
      { reason: { code: 'inference-failed', message: expect.stringMatching(/answered looked in place of done$/u) } },
      { status: 'fulfilled', value: [] },
    ]);
  });
});
