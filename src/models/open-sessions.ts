import { env, InferenceSession, Tensor } from './runtime.ts';
import { messageOf, PipelineError } from '../core/errors.ts';
import {
  type LaneModel,
  type LaneOutputs,
  type LaneRequest,
  type LaneSetup,
  type LaneTensor,
} from './lane-protocol.ts';
import { contractFault, type TensorFacts } from './model-contract.ts';
import { executionProviders, sessionOptions } from './session-options.ts';

/** Open ONNX sessions; `run` blocks the calling thread while a model works. */
export interface Sessions extends AsyncDisposable {
  /** Runs one model. The outputs own their buffers. */
  run(request: LaneRequest): Promise<LaneOutputs>;
}

/**
 * Opens a session for every model of `setup` on the calling thread.
 *
 * One thread a session without spinning, since lanes are the parallelism.
 *
 * @throws PipelineError `model-invalid` when a file is no model or has other inputs or outputs than the contract.
 */
export async function openSessions({ provider, models }: LaneSetup): Promise<Sessions> {
  env.logLevel = 'error';
  const sessions = new Map<string, { readonly model: LaneModel; readonly session: InferenceSession }>();
  for (const model of models) {
    sessions.set(model.name, { model, session: await openSession(model, provider) });
  }
  return {
    async run({ model: name, data, dims }) {
      const opened = sessions.get(name);
      if (!opened)
        throw new TypeError(`Expected \`model\` to be one of ${[...sessions.keys()].join(', ')}, got ${name}`);
      const { model, session } = opened;
      const { input, outputs } = model.contract;
      const wanted = outputs.map(({ name }) => name);
      const results = await session.run({ [input.name]: new Tensor('uint8', data, dims) }, wanted);
      return Object.fromEntries(wanted.map((output) => [output, numbers(output, results[output])]));
    },
    async [Symbol.asyncDispose]() {
      for (const { session } of sessions.values()) await session.release();
      sessions.clear();
    },
  };
}

async function openSession({ path, contract }: LaneModel, provider: LaneSetup['provider']): Promise<InferenceSession> {
  const session = await InferenceSession.create(path, {
    executionProviders: executionProviders(provider),
    ...sessionOptions,
  }).catch((cause: unknown) => {
    throw new PipelineError('model-invalid', `ONNX Runtime cannot open ${path} on ${provider}: ${messageOf(cause)}`, {
      path,
      cause,
    });
  });
  const { inputMetadata, outputMetadata } = session;
  const fault = contractFault(contract, { inputs: inputMetadata.map(factsOf), outputs: outputMetadata.map(factsOf) });
  if (fault === undefined) return session;
  await session.release();
  throw new PipelineError('model-invalid', `Model ${path} ${fault}`, { path });
}

function factsOf(value: InferenceSession.ValueMetadata): TensorFacts {
  return value.isTensor
    ? { name: value.name, type: value.type, shape: value.shape }
    : { name: value.name, type: 'no tensor', shape: [] };
}

function numbers(name: string, tensor: Tensor | undefined): LaneTensor {
  const data = tensor?.data;
  if (tensor && (data instanceof Float32Array || data instanceof BigInt64Array)) {
    return { data, dims: tensor.dims };
  }
  throw new TypeError(`Expected output \`${name}\` to be float32 or int64, got ${tensor?.type ?? 'nothing'}`);
}
