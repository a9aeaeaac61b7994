import fc from 'fast-check';
import { lastValueFrom, type Subscription, toArray } from 'rxjs';
import { describe, expect, it, vi } from 'vitest';
import { defaultFlow } from '../../src/core/defaults.ts';
import { type BoxGraphOptions, boxGraph, type StoredSource } from '../../src/pipelines/box-graph.ts';
import { PipelineError } from '../../src/core/errors.ts';
import { type FakeSource, fakePorts, sourcesOf } from './fake-shop.ts';

const file = (most: number) =>
  fc.record({
    size: fc.tuple(fc.integer({ min: 2, max: 9 }), fc.integer({ min: 2, max: 9 })),
    boxes: fc.array(fc.integer({ min: 0, max: 6 }), { maxLength: most }),
    isBroken: fc.boolean(),
  });
const source = fc.oneof(
  fc.record({ side: fc.constant('query' as const), files: fc.array(file(1), { minLength: 1, maxLength: 4 }) }),
  fc.record({ side: fc.constant('gallery' as const), files: fc.array(file(6), { minLength: 1, maxLength: 1 }) }),
);
const shop = fc.array(source, { maxLength: 8 });
const delays = fc.array(fc.constantFrom(0, 0, 1, 1, 1, 2), { minLength: 1, maxLength: 20 });
const options: fc.Arbitrary<BoxGraphOptions> = fc.record({
  concurrency: fc.integer({ min: 1, max: 8 }),
  detectorBatch: fc.integer({ min: 1, max: 8 }),
  embedderBatch: fc.integer({ min: 1, max: 16 }),
  budgetBytes: fc.oneof(fc.constant(1), fc.integer({ min: 1, max: 2000 })),
  lanes: fc.integer({ min: 1, max: 3 }),
});
const runs = { numRuns: 40 };

/** Everything at once is one thing at a time, as far as the result goes. */
const serial: BoxGraphOptions = {
  ...defaultFlow,
  concurrency: 1,
  detectorBatch: 1,
  embedderBatch: 1,
  budgetBytes: 1,
  lanes: 1,
};

async function runToEnd(of: readonly FakeSource[], waits: readonly number[], flow: BoxGraphOptions) {
  const { ports, witness } = fakePorts(of, waits);
  const graph = boxGraph(sourcesOf(of), ports, flow);
  const stored = await lastValueFrom(graph.stored$.pipe(toArray()));
  return { graph, witness, stored: byOwner(stored) };
}

function byOwner(stored: readonly StoredSource[]): readonly StoredSource[] {
  return stored.toSorted((a, b) => Number(a.owner.id) - Number(b.owner.id));
}

describe('the whole graph', { timeout: 120_000 }, () => {
  it('stores the same as one thing after the other would, within its budget, and gives every credit back', async () => {
    await fc.assert(
      fc.asyncProperty(shop, delays, options, async (of, waits, flow) => {
        const { graph, witness, stored } = await runToEnd(of, waits, flow);
        const alone = await runToEnd(of, [0], serial);
        expect(witness.stored).toEqual(alone.witness.stored);
        expect(stored).toEqual(alone.stored);
        expect(stored).toHaveLength(of.length);
        const most = Math.max(flow.budgetBytes, witness.largestFrame);
        expect(graph.bytes.peak).toBeLessThanOrEqual(most);
        expect(witness.peakBytes).toBeLessThanOrEqual(most);
        expect(graph.bytes.inUse).toBe(0);
        expect(witness.openFiles).toBe(0);
        expect(witness.largestBatch.detector).toBeLessThanOrEqual(flow.detectorBatch);
        expect(witness.largestBatch.embedder).toBeLessThanOrEqual(flow.embedderBatch);
      }),
      runs,
    );
  });

  it('accounts for every input and every frame', async () => {
    await fc.assert(
      fc.asyncProperty(shop, delays, options, async (of, waits, flow) => {
        const { stored, graph } = await runToEnd(of, waits, flow);
        for (const { owner, outcomes, frames, boxes, droppedBoxes } of stored) {
          const files = of[Number(owner.id)]?.files ?? [];
          expect(outcomes.map(({ status }) => status)).toEqual(files.map(statusOf));
          expect(frames).toBe(files.flatMap(({ boxes: all }) => all).length);
          expect(boxes + droppedBoxes).toBe(files.flatMap(({ boxes: all }) => all).reduce((sum, one) => sum + one, 0));
        }
        const stages = graph.readStages();
        const frames = stored.reduce((sum, one) => sum + one.frames, 0);
        const boxes = stored.reduce((sum, one) => sum + one.boxes, 0);
        expect([stages.decode.count, stages.detect.count]).toEqual([frames, frames]);
        expect([stages.crop.count, stages.embed.count]).toEqual([boxes, boxes]);
        expect(stages.store.count).toBe(of.length);
      }),
      runs,
    );
  });

  it('gives every credit back and closes every file when it is cancelled at any moment', async () => {
    await fc.assert(
      fc.asyncProperty(shop, delays, options, fc.integer({ min: 0, max: 25 }), async (of, waits, flow, afterMs) => {
        const { ports, witness } = fakePorts(of, waits);
        const graph = boxGraph(sourcesOf(of), ports, flow);
        const subscription: Subscription = graph.stored$.subscribe();
        await new Promise((resolve) => void setTimeout(resolve, afterMs));
        subscription.unsubscribe();
        expect(graph.bytes.inUse).toBe(0);
        await vi.waitFor(() => expect(witness.openFiles).toBe(0), { interval: 2 });
        expect(graph.bytes.inUse).toBe(0);
      }),
      runs,
    );
  });

  it('gives every credit back and closes every file when a model fails at any moment', async () => {
    await fc.assert(
      fc.asyncProperty(shop, delays, options, fc.integer({ min: 0, max: 40 }), async (of, waits, flow, call) => {
        const { ports, witness } = fakePorts(of, waits, { call });
        const graph = boxGraph(sourcesOf(of), ports, flow);
        const end = await lastValueFrom(graph.stored$.pipe(toArray())).then(
          () => 'complete',
          (error: unknown) => (error instanceof PipelineError ? error.code : error),
        );
        expect(['complete', 'inference-failed']).toContain(end);
        expect(graph.bytes.inUse).toBe(0);
        await vi.waitFor(() => expect(witness.openFiles).toBe(0), { interval: 2 });
        expect(graph.bytes.inUse).toBe(0);
      }),
      runs,
    );
  });

  it('fills its batches while the lanes are at work', async () => {
    const clip: FakeSource = {
      side: 'gallery',
      files: [{ size: [4, 4], boxes: Array<number>(16).fill(2), isBroken: false }],
    };
    const flow = { ...defaultFlow, concurrency: 4, detectorBatch: 4, embedderBatch: 8, lanes: 1 };
    const { witness, graph } = await runToEnd(
      Array.from({ length: 8 }, () => clip),
      [2],
      flow,
    );
    expect(witness.largestBatch).toEqual({ detector: 4, embedder: 8 });
    const { detect } = graph.readStages();
    expect(detect.runs).toBeLessThan(detect.count / 2);
  });

  it.each(['concurrency', 'detectorBatch', 'embedderBatch', 'budgetBytes', 'lanes'] as const)(
    'refuses a %s of 0 when it is laid out',
    (name) => {
      const { ports } = fakePorts([], [0]);
      expect(() => boxGraph([], ports, { ...defaultFlow, lanes: 1, [name]: 0 })).toThrow(TypeError);
    },
  );
});

/** A file that wants no frame and is not broken is done. */
function statusOf({ boxes, isBroken }: FakeSource['files'][number]): string {
  return boxes.length === 0 && isBroken ? 'failed' : 'done';
}
