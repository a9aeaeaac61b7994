import { type InferenceSession } from 'onnxruntime-node';

/** How a lane opens a session: the calling thread is all of its parallelism, and shapes that vary do not pile up memory. */
export const sessionOptions: InferenceSession.SessionOptions = {
  graphOptimizationLevel: 'all',
  executionMode: 'sequential',
  intraOpNumThreads: 1,
  interOpNumThreads: 1,
  enableMemPattern: false,
  enableCpuMemArena: false,
  logSeverityLevel: 3,
  extra: { session: { intra_op: { allow_spinning: '0' }, inter_op: { allow_spinning: '0' } } },
};
