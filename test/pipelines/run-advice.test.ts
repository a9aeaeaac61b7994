import { describe, expect, it } from 'vitest';
import { type StageReport } from '../../src/flow/stage-meter.ts';
import { type AdviceFacts, runAdvice } from '../../src/pipelines/run-advice.ts';

const idle: StageReport = {
  slots: 2,
  count: 100,
  runs: 25,
  busyMs: 500,
  creditWaitMs: 0,
  inputWaitMs: 500,
  peakInFlight: 100,
};
/** Eight cores with a lane each that wait for frames, for no reason that advice knows. */
const calm: AdviceFacts = {
  device: 'cpu',
  lanes: 8,
  cores: 8,
  memoryBytes: 16 * 2 ** 30,
  flow: { concurrency: 2, detectorBatch: 4, embedderBatch: 16, budgetBytes: 2 ** 27 },
  sources: 30,
  stages: { decode: idle, detect: idle, crop: idle, embed: idle, store: idle },
  usage: { laneBusyShare: 0.5, modelMs: { detector: 600, 'embedder a': 400 } },
};
const busy = { ...calm.usage, laneBusyShare: 0.92 };
const starved = {
  ...calm.stages,
  decode: { ...idle, busyMs: 900, creditWaitMs: 100 },
  detect: { ...idle, peakInFlight: 63 },
};
const decoding = { ...calm.stages, decode: { ...idle, busyMs: 900, inputWaitMs: 100 } };
const gpu: AdviceFacts = {
  ...calm,
  device: 'cuda',
  lanes: 1,
  usage: busy,
  stages: { ...calm.stages, embed: { ...idle, count: 400 } },
};
const embedding = { laneBusyShare: 0.95, modelMs: { detector: 400, 'embedder a': 300, 'embedder b': 300 } };

describe('runAdvice', () => {
  it.each<{ why: string; facts: AdviceFacts; settings: readonly string[] }>([
    { why: 'nothing where nothing known holds it up', facts: calm, settings: [] },
    { why: 'nothing where a lane on each core is busy', facts: { ...calm, usage: busy }, settings: [] },
    { why: 'no more lanes than cores', facts: { ...calm, lanes: 9 }, settings: ['lanes 8'] },
    { why: 'a lane a core when lanes are busy', facts: { ...calm, lanes: 2, usage: busy }, settings: ['lanes 8'] },
    { why: 'no more lanes when they wait', facts: { ...calm, lanes: 2 }, settings: [] },
    { why: 'nothing about lanes of a GPU', facts: { ...calm, device: 'cuda', lanes: 9 }, settings: [] },
    {
      why: 'more budget where it starves lanes',
      facts: { ...calm, stages: starved },
      settings: ['budgetBytes 268435456'],
    },
    { why: 'no more budget where lanes are busy', facts: { ...calm, stages: starved, usage: busy }, settings: [] },
    {
      why: 'no more budget where two batches a lane were in flight',
      facts: { ...calm, stages: { ...starved, detect: { ...idle, peakInFlight: 64 } } },
      settings: [],
    },
    {
      why: 'no more budget where decoders hardly waited',
      facts: { ...calm, stages: { ...starved, decode: { ...idle, busyMs: 901, creditWaitMs: 99, inputWaitMs: 500 } } },
      settings: [],
    },
    {
      why: 'no more budget where decoders did nothing',
      facts: { ...calm, stages: { ...starved, decode: { ...idle, busyMs: 0 } } },
      settings: [],
    },
    {
      why: 'no budget beyond an eighth of the memory',
      facts: { ...calm, stages: starved, memoryBytes: 2 ** 31 - 1 },
      settings: [],
    },
    { why: 'more decoders where all work', facts: { ...calm, stages: decoding }, settings: ['concurrency 4'] },
    { why: 'no more decoders where lanes are busy', facts: { ...calm, stages: decoding, usage: busy }, settings: [] },
    { why: 'no more decoders than cores', facts: { ...calm, stages: decoding, cores: 2, lanes: 2 }, settings: [] },
    {
      why: 'as many decoders as cores at most',
      facts: { ...calm, stages: decoding, cores: 3, lanes: 3 },
      settings: ['concurrency 3'],
    },
    { why: 'no more decoders than there is work for', facts: { ...calm, stages: decoding, sources: 3 }, settings: [] },
    {
      why: 'no more decoders where some wait',
      facts: { ...calm, stages: { ...decoding, decode: { ...idle, busyMs: 899, inputWaitMs: 101 } } },
      settings: [],
    },
    {
      why: 'no more decoders where nothing was done',
      facts: { ...calm, stages: { ...calm.stages, decode: { ...idle, busyMs: 0, inputWaitMs: 0 } } },
      settings: [],
    },
    { why: 'larger batches of a busy GPU, of frames', facts: gpu, settings: ['detectorBatch 8'] },
    {
      why: 'larger batches of a busy GPU, of crops',
      facts: { ...gpu, usage: embedding },
      settings: ['embedderBatch 32'],
    },
    { why: 'larger batches of no GPU that waits', facts: { ...gpu, usage: calm.usage }, settings: [] },
    {
      why: 'larger batches of no CPU',
      facts: { ...gpu, device: 'cpu', lanes: 8 },
      settings: [],
    },
    {
      why: 'no larger batches where they are not full',
      facts: { ...gpu, stages: { ...gpu.stages, detect: { ...idle, count: 89 } } },
      settings: [],
    },
    {
      why: 'no batch of crops that would be refused',
      facts: {
        ...gpu,
        usage: embedding,
        flow: { ...gpu.flow, embedderBatch: 4096 },
        stages: { ...gpu.stages, embed: { ...idle, count: 102_400 } },
      },
      settings: [],
    },
    {
      why: 'no batch of frames that would be refused',
      facts: {
        ...gpu,
        flow: { ...gpu.flow, detectorBatch: 1024 },
        stages: { ...gpu.stages, detect: { ...idle, count: 25_600 } },
      },
      settings: [],
    },
    {
      why: 'two settings at most, in the order of the table',
      facts: {
        ...calm,
        lanes: 9,
        stages: {
          ...starved,
          decode: { ...idle, busyMs: 900, creditWaitMs: 100, inputWaitMs: 0 },
        },
      },
      settings: ['lanes 8', 'budgetBytes 268435456'],
    },
  ])('advises $why', ({ facts, settings }) => {
    expect(runAdvice(facts).map(({ setting, value }) => `${setting} ${value}`)).toEqual(settings);
  });
});
