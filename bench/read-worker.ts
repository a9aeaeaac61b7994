// Worker thread of gallery.ts: reads a part of as many bytes as a gallery holds, in the ways that are fast, and says how long each takes.
import { parentPort, workerData } from 'node:worker_threads';
import { InferenceSession, Tensor } from '../src/models/runtime.ts';
import { openDotSession } from '../src/models/dot-session.ts';

/** An ONNX model with one node, `sum = ReduceSum(rows)` over float32 `[r, d]`. */
const model = Buffer.from(
  'CAg6VwonCgRyb3dzEgNzdW0iCVJlZHVjZVN1bSoPCghrZWVwZGltcxgAoAECEgNzdW1aGAoEcm93cxIQCg4IARIKCgMSAXIKAxIBZGINCgNzdW0SBgoECAESAEIECgAQEQ==',
  'base64',
);
const { rows, featureLength, blockRows }: { rows: number; featureLength: number; blockRows: number } = workerData;
const features = new Float32Array(rows * featureLength).fill(0.5);
const columns = new Float32Array(featureLength).fill(0.5);
const dots = await openDotSession();
const sum = await InferenceSession.create(model, {
  intraOpNumThreads: 1,
  interOpNumThreads: 1,
  enableMemPattern: false,
});

/** Every byte once, a block at a time. */
async function read(work: (block: Float32Array) => Promise<unknown>): Promise<void> {
  for (let row = 0; row < rows; row += blockRows) {
    await work(features.subarray(row * featureLength, Math.min(rows, row + blockRows) * featureLength));
  }
}

parentPort?.on('message', (how: 'dot' | 'sum') => {
  const done = read((block) =>
    how === 'dot'
      ? dots.run(block, { columns, queries: 1, featureLength })
      : sum.run({ rows: new Tensor('float32', block, [block.length / featureLength, featureLength]) }),
  );
  void done.then(() => parentPort?.postMessage('read', []));
});
parentPort?.postMessage('ready', []);
