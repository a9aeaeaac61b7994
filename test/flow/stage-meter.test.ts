import { describe, expect, it } from 'vitest';
import { StageMeter } from '../../src/flow/stage-meter.ts';

describe('StageMeter', () => {
  it('counts values, and how many were inside at once', () => {
    const meter = new StageMeter({ slots: 1 });
    const leave = [meter.enter(), meter.enter()];
    leave[0]?.();
    leave[0]?.();
    meter.enter();
    expect(meter.read()).toMatchObject({ count: 1, peakInFlight: 2 });
    expect(meter.inFlight).toBe(2);
  });

  it('divides the time of its slots into work, waiting for credit and waiting for input', () => {
    let now = 1000;
    const meter = new StageMeter({ slots: 2, clock: { now: () => now } });
    now = 1010;
    const endFirst = meter.work();
    now = 1020;
    const endSecond = meter.work();
    const endWait = meter.waitForCredit();
    now = 1025;
    endWait();
    endWait();
    now = 1040;
    endFirst();
    endFirst();
    now = 1050;
    expect(meter.read()).toMatchObject({ runs: 2, busyMs: 30 + 30 - 5, creditWaitMs: 5, inputWaitMs: 100 - 60 });
    endSecond();
    now = 1100;
    expect(meter.read()).toMatchObject({ runs: 2, busyMs: 55, creditWaitMs: 5, inputWaitMs: 140 });
  });

  it('has a slot at least', () => {
    expect(() => new StageMeter({ slots: 0 })).toThrow('Expected `slots` to be an integer');
  });
});
