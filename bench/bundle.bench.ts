// Four embedders as separate sessions, as one bundle, and as a bundle whose branches run side by side.
//   vitrine-train package <copy of fixtures/models/compact> --bundle ...; npm run build
//   BUNDLE=<copy> npx vitest bench --run bench/bundle.bench.ts
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { InferenceSession, Tensor } from '../src/models/runtime.ts';
import { bench, describe } from 'vitest';

const folder = fileURLToPath(new URL('../fixtures/models/compact', import.meta.url));
const bundle = join(process.env['BUNDLE'] ?? folder, 'embedders.onnx');
const dims = [16, 209, 120, 3];
const crops = new Tensor(
  'uint8',
  Uint8Array.from(
    { length: dims.reduce((size, side) => size * side, 1) },
    (_, index) => (index * 2_654_435_761) >>> 24,
  ),
  dims,
);

/** As a lane opens it, but for how many branches run at once. */
function open(path: string, interOpNumThreads = 1): Promise<InferenceSession> {
  return InferenceSession.create(path, {
    executionMode: interOpNumThreads > 1 ? 'parallel' : 'sequential',
    intraOpNumThreads: 1,
    interOpNumThreads,
    enableMemPattern: false,
    enableCpuMemArena: false,
    logSeverityLevel: 3,
    extra: { session: { intra_op: { allow_spinning: '0' }, inter_op: { allow_spinning: '0' } } },
  });
}

const separate = await Promise.all(['a', 'b', 'c', 'd'].map((name) => open(join(folder, `embedder-${name}.onnx`))));
const [together, parallel] = await Promise.all([open(bundle), open(bundle, 2)]);

describe('16 crops through four embedders', () => {
  bench('separate', async () => {
    for (const session of separate) await session.run({ crops });
  });
  bench('bundle', async () => void (await together.run({ crops })));
  bench('bundle, 2 branches at once', async () => void (await parallel.run({ crops })));
});
