// Entry of a child process: tries one provider and prints `{"ok":true,"ms":...,"cpuMs":...}` or `{"ok":false,"reason":"..."}`.
// A process of its own, because drivers write to stderr by themselves and a broken one can take the process down.
import { env, InferenceSession, Tensor } from 'onnxruntime-node';
import { messageOf } from '../core/errors.ts';

/** An ONNX model with one node, `y = MatMul(x, x)` over float32 `[n, n]`. */
const product = Buffer.from(
  'CAg6SAoRCgF4CgF4EgF5IgZNYXRNdWwSBXByb2JlWhUKAXgSEAoOCAESCgoDEgFuCgMSAW5iFQoBeRIQCg4IARIKCgMSAW4KAxIBbkIECgAQEQ==',
  'base64',
);
const sideLength = 512;

async function time(provider: string): Promise<number> {
  const session = await InferenceSession.create(product, {
    executionProviders: [provider],
    intraOpNumThreads: 1,
    logSeverityLevel: 3,
  });
  const x = new Tensor('float32', new Float32Array(sideLength ** 2).fill(1), [sideLength, sideLength]);
  let best = Number.POSITIVE_INFINITY;
  // The first run compiles kernels.
  for (let run = 0; run < 4; run += 1) {
    const start = performance.now();
    const { y } = await session.run({ x });
    if (run > 0) best = Math.min(best, performance.now() - start);
    if (y?.data[0] !== sideLength) throw new TypeError(`${provider} computes wrong numbers`);
  }
  await session.release();
  return best;
}

env.logLevel = 'error';
try {
  const ms = await time(process.argv[2] ?? 'cpu');
  process.stdout.write(JSON.stringify({ ok: true, ms, cpuMs: await time('cpu') }));
} catch (error) {
  process.stdout.write(JSON.stringify({ ok: false, reason: messageOf(error) }));
}
