// The one place that loads ONNX Runtime; the first line has to come before it.
import './telemetry-off.ts';

export { env, InferenceSession, Tensor } from 'onnxruntime-node';
