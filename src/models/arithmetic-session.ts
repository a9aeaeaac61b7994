import { env, InferenceSession, type Tensor } from './runtime.ts';
import { PipelineError } from '../core/errors.ts';
import { sessionOptions } from './session-options.ts';

/** Opens a small model of our own on the CPU, on the calling thread, which is all of its parallelism. */
export function openArithmetic(model: Buffer): Promise<InferenceSession> {
  env.logLevel = 'error';
  return InferenceSession.create(model, { executionProviders: ['cpu'], ...sessionOptions });
}

/**
 * The numbers of an output.
 *
 * @param what the output, in an error: `The product`.
 * @throws PipelineError `inference-failed` when it is missing or not float32.
 */
export function floatsOf(tensor: Tensor | undefined, what: string): Float32Array {
  if (tensor?.data instanceof Float32Array) return tensor.data;
  throw new PipelineError('inference-failed', `${what} is ${tensor?.type ?? 'missing'}, not float32`);
}
