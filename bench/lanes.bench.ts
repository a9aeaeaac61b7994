// What a run of a model does to the thread that asks for it, and what lanes change. See decision 0001.
//   npm run build && npx vitest bench --run bench/lanes.bench.ts
import { fileURLToPath } from 'node:url';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { afterAll, bench, describe } from 'vitest';
import { embedderContract } from '../src/models/model-contract.ts';
import { openLane } from '../src/models/open-lane.ts';
import { openSessions } from '../src/models/open-sessions.ts';

const path = fileURLToPath(new URL('../fixtures/models/compact/embedder-a.onnx', import.meta.url));
const setup = {
  provider: 'cpu',
  models: [{ name: 'embedder a', path, contract: embedderContract }],
} as const;
const dims = [16, 179, 143, 3];
const request = () => ({
  model: 'embedder a',
  dims,
  data: new Uint8Array(dims.reduce((size, side) => size * side, 1)),
});

const inThread = await openSessions(setup);
const lanes = [await openLane(setup), await openLane(setup)];
const delay = monitorEventLoopDelay({ resolution: 1 });

/** Says for how long nothing else could run on this thread while `name` was measured. */
const watched = {
  setup: () => {
    delay.reset();
    delay.enable();
  },
  teardown: (task: { readonly name: string }) => {
    delay.disable();
    process.stdout.write(`${task.name}: event loop held up ${(delay.percentile(99) / 1e6).toFixed(1)} ms at p99\n`);
  },
};

describe('two batches of 16 crops', () => {
  bench(
    'sessions in the calling thread',
    async () => void (await Promise.all([0, 1].map(() => inThread.run(request())))),
    watched,
  );
  bench('two lanes', async () => void (await Promise.all(lanes.map((lane) => lane.run(request())))), watched);
});

afterAll(async () => {
  await Promise.all([inThread, ...lanes].map((open) => open[Symbol.asyncDispose]()));
});
