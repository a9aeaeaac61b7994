// Runs each model on each of its shapes in a session of its own, for `--compare` of the scenario `shapes`; prints a checksum of what each model gave.
//   node dist/bench/programs/run-shapes.js <models> <device> <batch>,... <runs of a shape after its first>
import { crc32 } from 'node:zlib';
import { assertOneOf } from '../../src/core/assert.ts';
import { runShapes, shapeProviders } from '../scenarios/shapes.ts';

const [models = '', provider = '', batches = '', steady = ''] = process.argv.slice(2);
assertOneOf('device', provider, shapeProviders);

const checksums: Record<string, number> = {};
await runShapes({
  models,
  provider,
  batches: batches.split(',').map(Number),
  steady: Number(steady),
  runs: 1,
  say: () => undefined,
  onOutputs: (model, outputs) => {
    for (const { data } of Object.values(outputs)) checksums[model] = crc32(data, checksums[model] ?? 0);
  },
});
process.stdout.write(JSON.stringify(checksums));
