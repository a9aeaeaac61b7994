import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { type Times } from '../../src/core/work.ts';
import { createLaneState, laneCell, type LaneSetup } from '../../src/models/lane-protocol.ts';
import { embedderContract } from '../../src/models/model-contract.ts';
import { openLane } from '../../src/models/open-lane.ts';
import { openSessions } from '../../src/models/open-sessions.ts';
import { tinyModels } from '../helpers/tiny-models.ts';

const embedder = {
  name: 'embedder a',
  path: join(tinyModels, 'embedder-a.onnx'),
  contract: embedderContract,
};
const setup: LaneSetup = { provider: 'cpu', models: [embedder] };
const request = (fill: number) => ({
  model: 'embedder a',
  dims: [2, 8, 6, 3],
  data: new Uint8Array(2 * 8 * 6 * 3).fill(fill),
});

// The thread's code is tested through a lane, and once more in this thread, where coverage sees it.
describe.each([
  ['openLane', openLane],
  ['openSessions', openSessions],
])('%s', (_, open) => {
  it('runs a model', async () => {
    await using lane = await open(setup);
    const { features } = await lane.run(request(9));
    expect(features?.dims).toEqual([2, 512]);
    expect(features?.data).toBeInstanceOf(Float32Array);
    expect(features?.data).toHaveLength(1024);
  });

  it('survives an input that the model refuses', async () => {
    await using lane = await open(setup);
    await expect(lane.run({ ...request(9), dims: [2, 8 * 6 * 3] })).rejects.toThrow(/rank|dims/i);
    await expect(lane.run(request(9))).resolves.toHaveProperty('features');
  });

  it('refuses a model that it was not opened with', async () => {
    await using lane = await open(setup);
    await expect(lane.run({ ...request(9), model: 'detector' })).rejects.toThrow(
      'to be one of embedder a, got detector',
    );
  });

  it('refuses a file that is no model', async () => {
    const path = join(tinyModels, 'manifest.json');
    await expect(open({ provider: 'cpu', models: [{ ...embedder, path }] })).rejects.toMatchObject({
      code: 'model-invalid',
      path,
      message: expect.stringContaining(path),
    });
  });

  it('refuses a model with another contract', async () => {
    const path = join(tinyModels, 'detector.onnx');
    await expect(open({ provider: 'cpu', models: [embedder, { ...embedder, path }] })).rejects.toMatchObject({
      code: 'model-invalid',
      path,
      message: expect.stringMatching(
        /^Model \S+detector\.onnx has inputs `frames`; expected an embedder with one input, `crops` uint8/,
      ),
    });
  });
});

describe('a lane', () => {
  it('moves its input instead of copying it', async () => {
    await using lane = await openLane(setup);
    const moved = request(9);
    const answer = lane.run(moved);
    expect(moved.data).toHaveLength(0);
    await answer;
  });

  it('gives the memory of an input back when it has been run, and not when the model refuses it', async () => {
    await using lane = await openLane(setup);
    const back: number[] = [];
    const takeBack = ({ byteLength }: ArrayBuffer): void => void back.push(byteLength);
    const given = request(9);
    const memory = new Uint8Array(given.data.length + 100);
    await lane.run({ ...given, data: memory.subarray(0, given.data.length) }, takeBack);
    expect(back).toEqual([given.data.length + 100]);
    await expect(lane.run({ ...request(9), dims: [1] }, takeBack)).rejects.toThrow('Model embedder a failed');
    expect(back).toHaveLength(1);
  });

  it('says while it may be in native code', async () => {
    // What is stored, and not what is there: the thread may have answered before this one looks.
    using stored = vi.spyOn(Atomics, 'store');
    using added = vi.spyOn(Atomics, 'add');
    const state = createLaneState();
    const opening = openLane(setup, { state });
    expect(stored).toHaveBeenCalledExactlyOnceWith(state, laneCell.unanswered, 1);
    await using lane = await opening;
    expect(state[laneCell.unanswered]).toBe(0);
    const answers = [lane.run(request(8)), lane.run(request(9))];
    expect(added).toHaveBeenCalledTimes(2);
    expect(added).toHaveBeenLastCalledWith(state, laneCell.unanswered, 1);
    await Promise.all(answers);
    expect(state[laneCell.unanswered]).toBe(0);
  });

  it('takes a request ahead of the one that it runs, and no more', async () => {
    await using lane = await openLane(setup);
    const alone = await lane.run(request(1));
    const [first, second] = [lane.run(request(1)), lane.run(request(200))];
    await expect(lane.run(request(3))).rejects.toThrow(TypeError);
    expect((await first)['features']?.data).toEqual(alone['features']?.data);
    expect((await second)['features']?.data).not.toEqual(alone['features']?.data);
  });

  it('begins nothing more once it is being closed', async () => {
    const state = createLaneState();
    const lane = await openLane(setup, { state });
    Atomics.store(state, laneCell.isClosing, 1);
    await expect(lane.run(request(1))).rejects.toThrow('Model embedder a failed: the lane was closed');
    expect(state[laneCell.unanswered]).toBe(0);
    await lane[Symbol.asyncDispose]();
  });

  it('tells when the model ran, on the clock of this thread', async () => {
    const ran: unknown[] = [];
    const spans: (Times | undefined)[] = [];
    await using lane = await openLane(setup, {
      onRun: ({ model, dims }) => {
        ran.push([model, dims]);
        return ({ times }) => spans.push(times);
      },
    });
    const sentAt = performance.now();
    await lane.run(request(1));
    const answeredAt = performance.now();
    await lane.run(request(2));
    await expect(lane.run({ ...request(9), dims: [1] })).rejects.toThrow('Model embedder a failed');
    expect(ran).toEqual([
      ['embedder a', [2, 8, 6, 3]],
      ['embedder a', [2, 8, 6, 3]],
      ['embedder a', [1]],
    ]);
    const [first, second] = spans;
    expect(spans).toHaveLength(2);
    expect(first?.startMs).toBeGreaterThanOrEqual(sentAt);
    expect(first?.endMs).toBeGreaterThan(first?.startMs ?? Infinity);
    expect(first?.endMs).toBeLessThanOrEqual(answeredAt);
    expect(second?.startMs).toBeGreaterThanOrEqual(first?.endMs ?? Infinity);
  });

  it('names the model when a run fails', async () => {
    await using lane = await openLane(setup);
    await expect(lane.run({ ...request(9), dims: [1] })).rejects.toMatchObject({
      code: 'inference-failed',
      message: expect.stringMatching(/^Model embedder a failed: /),
    });
  });

  it('rejects what runs and what comes after when it is disposed', async () => {
    const lane = await openLane(setup);
    const answers = [lane.run(request(1)), lane.run(request(2))];
    const settled = await Promise.allSettled([...answers, lane[Symbol.asyncDispose]()]);
    for (const answer of settled.slice(0, 2)) {
      expect(answer).toMatchObject({ status: 'rejected', reason: { code: 'inference-failed' } });
    }
    expect(lane.isClosed).toBe(true);
    await expect(lane.run(request(1))).rejects.toThrow('Model embedder a failed: the lane was closed');
    await lane[Symbol.asyncDispose](); // Once more does nothing.
  });
});
