import { type InferenceSession } from 'onnxruntime-node';
import { type Provider } from './lane-protocol.ts';

/**
 * How a lane opens a session: the calling thread is all of its parallelism. No memory pattern, which would be made anew for each shape; an arena, since memory
 * taken anew for each run costs the first touch of its pages.
 */
export const sessionOptions: InferenceSession.SessionOptions = {
  graphOptimizationLevel: 'all',
  executionMode: 'sequential',
  intraOpNumThreads: 1,
  interOpNumThreads: 1,
  enableMemPattern: false,
  enableCpuMemArena: true,
  logSeverityLevel: 3,
  extra: { session: { intra_op: { allow_spinning: '0' }, inter_op: { allow_spinning: '0' } } },
};

/**
 * What a session asks ONNX Runtime for to run on `provider`.
 *
 * WebGPU keeps the layout that models have, channels first. Put last, as it would have them, each constant of shape [1] beside them gets four
 * axes, and then `Pow`, which pools with a learned power are made of, has a shader that no driver compiles (1.30).
 */
export function executionProviders(provider: Provider): InferenceSession.ExecutionProviderConfig[] {
  return [provider === 'webgpu' ? { name: provider, preferredLayout: 'NCHW' } : provider];
}
