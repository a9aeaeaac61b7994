/** What runs the arithmetic. */
export type Provider = 'cpu' | 'webgpu' | 'cuda';

/** A model as a lane opens it. */
export interface LaneModel {
  /** Name that requests call it by, e.g. `detector` or `embedder a`. */
  readonly name: string;
  readonly path: string;
  /** The one input, uint8. */
  readonly input: string;
  /** The outputs that are read. */
  readonly outputs: readonly string[];
}

/** What a worker thread is started with. */
export interface LaneSetup {
  readonly provider: Provider;
  readonly models: readonly LaneModel[];
}

/** One run of one model. */
export interface LaneRequest {
  readonly model: string;
  /** Moved to the lane: empty for the sender afterwards. */
  readonly data: Uint8Array<ArrayBuffer>;
  readonly dims: readonly number[];
}

/** One output of a run. */
export interface LaneTensor {
  readonly data: Float32Array | BigInt64Array;
  readonly dims: readonly number[];
}

/** The outputs of a run by name. */
export type LaneOutputs = Readonly<Record<string, LaneTensor>>;

/** What a worker thread says: once `ready` or `broken` (with the model at fault), then one answer a request. */
export type LaneReply =
  | { readonly kind: 'ready' }
  | { readonly kind: 'broken'; readonly message: string; readonly path: string }
  | { readonly kind: 'done'; readonly outputs: LaneOutputs }
  | { readonly kind: 'failed'; readonly message: string };
