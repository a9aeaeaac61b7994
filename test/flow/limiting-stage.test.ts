import { describe, expect, it } from 'vitest';
import { limitingStage } from '../../src/flow/limiting-stage.ts';
import { type StageReport } from '../../src/flow/stage-meter.ts';

const stage = (busyMs: number, inputWaitMs: number, creditWaitMs = 0): StageReport => {
  return { slots: 1, count: 1, runs: 1, peakInFlight: 1, busyMs, inputWaitMs, creditWaitMs };
};

describe('limitingStage', () => {
  it.each([
    { why: 'the one that is at work for most of its time', stages: { a: stage(50, 50), b: stage(90, 10) }, limit: 'b' },
    { why: 'by share, not by time', stages: { a: stage(90, 10), b: stage(120, 80) }, limit: 'a' },
    { why: 'none that waits for credit', stages: { a: stage(50, 0, 50), b: stage(60, 40) }, limit: 'b' },
    { why: 'the first among equals', stages: { a: stage(50, 50), b: stage(50, 50) }, limit: 'a' },
    { why: 'none where nothing was done', stages: { a: stage(0, 50), b: stage(0, 0) }, limit: undefined },
  ])('is $why', ({ stages, limit }) => {
    expect(limitingStage(stages)).toBe(limit);
  });
});
