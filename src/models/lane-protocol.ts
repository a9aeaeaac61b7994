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

/** What a lane and the rest of the process know of each other without messages: numbers in shared memory, at the places of {@link laneCell}. */
export type LaneState = Int32Array;

/** Places in a {@link LaneState}. */
export const laneCell = {
  /** Requests that the thread has not answered, the opening of its sessions among them: while it is above 0, the thread may be inside native code. */
  unanswered: 0,
  /** 1 when the thread is to begin nothing more. */
  isClosing: 1,
} as const;

/** State of a lane with nothing to do. */
export function createLaneState(): LaneState {
  return new Int32Array(new SharedArrayBuffer(8));
}

/** What a worker thread is started with. */
export interface LaneStart {
  readonly setup: LaneSetup;
  readonly state: LaneState;
}

/** One run of one model. */
export interface LaneRequest {
  readonly model: string;
  /** Moved to the lane, with its whole buffer: empty for the sender afterwards. */
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
  | {
      readonly kind: 'done';
      readonly outputs: LaneOutputs;
      /** Memory of the request, moved back. */
      readonly input: ArrayBuffer;
      readonly began: number;
      readonly ended: number;
    }
  | { readonly kind: 'failed'; readonly message: string };
