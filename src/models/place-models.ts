import { availableParallelism } from 'node:os';
import { type FlowOptions } from '../core/defaults.ts';
import { cpuQuota } from './cpu-quota.ts';
import { type Provider } from './lane-protocol.ts';

/** The CPU as far as this process may use it. */
export interface CpuShare {
  /** Cores that it may run on: an integer, at least 1. */
  readonly cores: number;
  /** CPU time that it gets, in cores; absent when nothing but the cores limits it. */
  readonly quota?: number;
}

/** What models are placed by. */
export interface PlaceModelsOptions {
  readonly device: Provider;
  readonly cpu: CpuShare;
  /** Lanes that were asked for: an integer, at least 1. Without it the machine decides. */
  readonly lanes?: number | undefined;
  readonly flow: Pick<FlowOptions, 'detectorBatch' | 'embedderBatch'>;
}

/** How models are spread over threads. */
export interface Placement {
  /** Worker threads, each with a session of every model. */
  readonly lanes: number;
  /** Threads that a session computes with: the lane's own. */
  readonly threadsPerLane: 1;
  /** Why so many lanes of so many threads, in a sentence without its full stop. */
  readonly why: string;
  /** How large batches become, and why, likewise. */
  readonly batches: string;
}

/** What this process may use of the CPU, now. */
export function cpuShare(): CpuShare {
  const quota = cpuQuota();
  return { cores: availableParallelism(), ...(quota !== undefined && { quota }) };
}

/** Cores that are worth a thread: those of the share, at most the quota rounded up, since a part of a core is worth having; at least 1. */
export function usableCores({ cores, quota = Number.POSITIVE_INFINITY }: CpuShare = cpuShare()): number {
  return Math.max(1, Math.min(cores, Math.ceil(quota)));
}

/** Spreads models over lanes. What the command line shows as the default of `--lanes` is what this does. */
export function placeModels({ device, cpu, lanes: asked, flow }: PlaceModelsOptions): Placement {
  const cores = usableCores(cpu);
  const { detectorBatch, embedderBatch } = flow;
  const most = `${detectorBatch} frames and ${embedderBatch} crops`;
  if (device !== 'cpu') {
    const oneIsEnough =
      'one lane, because runs on a GPU take turns anyway and each lane holds every model in its memory';
    return {
      lanes: asked ?? 1,
      threadsPerLane: 1,
      why: asked === undefined ? oneIsEnough : `as asked for; by itself ${oneIsEnough}`,
      batches: `always ${most}, padded, because every new shape is costly on a GPU`,
    };
  }
  const lanes = asked ?? cores;
  const limit = cores < cpu.cores ? `; a quota of ${round(cpu.quota ?? cores)} cores limits the ${cpu.cores}` : '';
  const oneACore = 'one lane of one thread a core took the least CPU time: threads of one lane wait for each other';
  return {
    lanes,
    threadsPerLane: 1,
    why: asked === undefined ? `${oneACore}${limit}` : `as asked for; by itself ${cores}, because ${oneACore}${limit}`,
    batches: `at most ${most}: what has come while the lanes were busy, never waited for`,
  };
}

function round(cores: number): number {
  return Math.round(cores * 100) / 100;
}
