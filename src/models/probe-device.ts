// Entry of a child process: tries one provider and prints a `ProbeAnswer` as JSON (see `device-status.ts`).
// A process of its own, because drivers write to stderr by themselves and a broken one can take the process down.
import { env, InferenceSession, Tensor } from './runtime.ts';
import { messageOf } from '../core/errors.ts';
import { type ProbeAnswer, type ProductCost } from './device-status.ts';

/** An ONNX model with one node, `y = MatMul(x, x)` over float32 `[n, n]`. */
const product = Buffer.from(
  'CAg6SAoRCgF4CgF4EgF5IgZNYXRNdWwSBXByb2JlWhUKAXgSEAoOCAESCgoDEgFuCgMSAW5iFQoBeRIQCg4IARIKCgMSAW4KAxIBbkIECgAQEQ==',
  'base64',
);
const sideLength = 512;

async function costOn(provider: string): Promise<ProductCost> {
  const session = await InferenceSession.create(product, {
    executionProviders: [provider],
    intraOpNumThreads: 1,
    logSeverityLevel: 3,
  });
  const x = new Tensor('float32', new Float32Array(sideLength ** 2).fill(1), [sideLength, sideLength]);
  const cost = { ms: Number.POSITIVE_INFINITY, cpuMs: Number.POSITIVE_INFINITY };
  // The first run compiles kernels.
  for (let run = 0; run < 4; run += 1) {
    const start = performance.now();
    const startedCpu = process.cpuUsage();
    const { y } = await session.run({ x });
    const { user, system } = process.cpuUsage(startedCpu);
    if (run > 0) {
      cost.ms = Math.min(cost.ms, performance.now() - start);
      cost.cpuMs = Math.min(cost.cpuMs, (user + system) / 1000);
    }
    if (y?.data[0] !== sideLength) throw new TypeError(`${provider} computes wrong numbers`);
  }
  await session.release();
  return cost;
}

async function answerFor(provider: string): Promise<ProbeAnswer> {
  try {
    return { ok: true, device: await costOn(provider), core: await costOn('cpu') };
  } catch (error) {
    return { ok: false, reason: messageOf(error) };
  }
}

env.logLevel = 'error';
process.stdout.write(JSON.stringify(await answerFor(process.argv[2] ?? 'cpu')));
