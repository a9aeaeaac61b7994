import { type FlowOptions } from '../core/defaults.ts';
import { type StageReport } from '../flow/stage-meter.ts';
import { type Provider } from '../models/lane-protocol.ts';
import { type StageName } from './box-graph.ts';
import { type RunUsage } from './run-usage.ts';

/** A setting that would probably make the same run faster. */
export interface Advice {
  readonly setting: 'lanes' | keyof FlowOptions;
  readonly value: number;
  /** What was measured that speaks for it. */
  readonly because: string;
}

/** What advice is made of. */
export interface AdviceFacts {
  readonly device: Provider;
  readonly lanes: number;
  /** Cores and bytes of memory that this process may use. */
  readonly cores: number;
  readonly memoryBytes: number;
  readonly flow: FlowOptions;
  /** Items and clips. */
  readonly sources: number;
  readonly stages: Readonly<Record<StageName, StageReport>>;
  readonly usage: Pick<RunUsage, 'laneBusyShare' | 'modelMs'>;
}

/** Lanes that run models for so much of the time are busy. */
const busyShare = 0.92;

/**
 * Says which settings would probably make a run faster: at most two, in the order of this table.
 *
 * | setting | when |
 * |---|---|
 * | `lanes` down to the cores | on the CPU, there are more lanes than cores |
 * | `lanes` up to the cores | on the CPU, lanes are busy, and there are fewer than cores |
 * | `budgetBytes` doubled | lanes are not busy, decoders waited for credit in a tenth of their time or more, never two batches a lane were in flight, and an eighth of the memory holds it |
 * | `concurrency` doubled, up to the cores | lanes are not busy, decoders worked for nine tenths of their time, and there are twice as many sources as decoders |
 * | `detectorBatch` doubled | on a GPU, lanes are busy, the detector takes half of their time or more, and its batches are full |
 * | `embedderBatch` doubled | on a GPU, lanes are busy, embedders take half of their time or more, and their batches are full |
 *
 * Lanes are busy from 92 % on; batches are full from a mean of nine tenths on. On a CPU a larger batch is not faster a frame. Where lanes are busy on every
 * core, or the main thread holds them up, nothing here helps, and nothing is said.
 */
export function runAdvice(facts: AdviceFacts): readonly Advice[] {
  return [lanesAdvice(facts), budgetAdvice(facts), concurrencyAdvice(facts), ...batchAdvice(facts)]
    .filter((advice) => advice !== undefined)
    .slice(0, 2);
}

function areLanesBusy({ usage }: AdviceFacts): boolean {
  return usage.laneBusyShare >= busyShare;
}

function lanesAdvice(facts: AdviceFacts): Advice | undefined {
  const { device, lanes, cores } = facts;
  if (device !== 'cpu') return undefined;
  if (lanes > cores) return { setting: 'lanes', value: cores, because: 'there are more lanes than cores' };
  if (lanes === cores || !areLanesBusy(facts)) return undefined;
  return { setting: 'lanes', value: cores, because: 'lanes are busy, and there are more cores' };
}

function budgetAdvice(facts: AdviceFacts): Advice | undefined {
  const { flow, lanes, stages, memoryBytes } = facts;
  const { busyMs, creditWaitMs } = stages.decode;
  const value = flow.budgetBytes * 2;
  const isShort =
    creditWaitMs >= (busyMs + creditWaitMs) / 10 && stages.detect.peakInFlight < 2 * lanes * flow.detectorBatch;
  if (areLanesBusy(facts) || creditWaitMs === 0 || !isShort || value > memoryBytes / 8) return undefined;
  return { setting: 'budgetBytes', value, because: 'decoders wait for credit while lanes wait for frames' };
}

function concurrencyAdvice(facts: AdviceFacts): Advice | undefined {
  const { flow, cores, sources, stages } = facts;
  const { busyMs, creditWaitMs, inputWaitMs } = stages.decode;
  const value = Math.min(flow.concurrency * 2, cores);
  const isLimit = busyMs > 0 && busyMs >= (busyMs + creditWaitMs + inputWaitMs) * 0.9;
  if (areLanesBusy(facts) || !isLimit || value <= flow.concurrency || sources < flow.concurrency * 2) return undefined;
  return { setting: 'concurrency', value, because: 'every decoder works while lanes wait for frames' };
}

function batchAdvice(facts: AdviceFacts): readonly (Advice | undefined)[] {
  const { device, flow, stages, usage } = facts;
  if (device === 'cpu' || !areLanesBusy(facts)) return [];
  const total = Object.values(usage.modelMs).reduce((sum, ms) => sum + ms, 0);
  const detectorMs = usage.modelMs['detector'] ?? 0;
  const isFull = ({ count, runs }: StageReport, most: number): boolean => count >= runs * most * 0.9;
  const because = 'lanes are busy with full batches';
  return [
    detectorMs * 2 >= total && isFull(stages.detect, flow.detectorBatch) && flow.detectorBatch * 2 <= 1024
      ? { setting: 'detectorBatch', value: flow.detectorBatch * 2, because }
      : undefined,
    detectorMs * 2 <= total && isFull(stages.embed, flow.embedderBatch) && flow.embedderBatch * 2 <= 4096
      ? { setting: 'embedderBatch', value: flow.embedderBatch * 2, because }
      : undefined,
  ];
}
