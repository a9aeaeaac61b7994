import { type ModelContract } from './model-contract.ts';

/** What runs the arithmetic. */
export type Provider = 'cpu' | 'webgpu' | 'cuda';

/** A model as a lane opens it. */
export interface LaneModel {
  /** Name that requests call it by, e.g. `detector` or `embedder a`. */
  readonly name: string;
  readonly path: string;
  readonly contract: ModelContract;
}

/** What a lane is opened with. */
export interface LaneSetup {
  readonly provider: Provider;
  readonly models: readonly LaneModel[];
}

/** What a worker thread is started with. */
export interface LaneStart {
  readonly setup: LaneSetup;
  /** Shared memory: 1 while the thread may be inside native code, else 0. */
  readonly busy: Int32Array;
}

/** One run of one model. */
export interface LaneRequest {
  readonly model: string;
  /** Moved to the lane: empty for the sender afterwards. */
  readonly data: Uint8Array<ArrayBuffer>;
  readonly dims: readonly number[];
}

/** What a worker thread is told. `close` comes last; the thread ends when it has done all before. */
export type LaneMessage = LaneRequest | 'close';

/** One output of a run. */
export interface LaneTensor {
  readonly data: Float32Array | BigInt64Array;
  readonly dims: readonly number[];
}

/** The outputs of a run by name. */
export type LaneOutputs = Readonly<Record<string, LaneTensor>>;

/**
 * What a worker thread says: once `ready` or `broken` (with the model at fault), then one answer a request. Times are milliseconds since the
 * epoch, as `performance.timeOrigin + performance.now()`: threads may count from different moments.
 */
export type LaneReply =
  | { readonly kind: 'ready' }
  | { readonly kind: 'broken'; readonly message: string; readonly path: string }
  | { readonly kind: 'done'; readonly outputs: LaneOutputs; readonly began: number; readonly ended: number }
  | { readonly kind: 'failed'; readonly message: string };
