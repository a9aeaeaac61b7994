import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { StreamClock } from '../../src/media/stream-clock.ts';

describe('StreamClock', () => {
  it('begins at 0, keeps what lies between, and adds the time without a connection', () => {
    let now = 0;
    const clock = new StreamClock(() => now);
    expect([5, 5.5, 6].map((time) => clock.at(time))).toEqual([0, 0.5, 1]);
    clock.breakOff();
    now += 4000;
    expect([90, 90.25].map((time) => clock.at(time))).toEqual([5, 5.25]);
    // The source begins anew by itself.
    expect([3, 3.5].map((time) => clock.at(time))).toEqual([5.5, 6]);
  });

  it('goes on by the last step where a frame has no time', () => {
    const clock = new StreamClock(() => 0);
    expect([undefined, undefined, 1, undefined].map((time) => clock.at(time)).at(0)).toBe(0);
    const other = new StreamClock(() => 0);
    expect([1, 1.5, undefined, 2.25].map((time) => other.at(time))).toEqual([0, 0.5, 1, 1.25]);
  });

  it('takes times that are hardly apart for one', () => {
    const clock = new StreamClock(() => 0);
    expect([0, 5e-324, 1e-300, 1, undefined, 2].map((time) => clock.at(time))).toEqual([
      0, 0.04, 0.08, 1.08, 2.08, 3.08,
    ]);
  });

  it('rises whatever it is told', () => {
    const time = fc.option(fc.double({ min: 0, max: 1e5, noNaN: true }), { nil: undefined });
    const step = fc.record({ time, isBroken: fc.boolean(), passed: fc.integer({ min: 0, max: 10_000 }) });
    fc.assert(
      fc.property(fc.array(step, { minLength: 2 }), (steps) => {
        let now = 0;
        const clock = new StreamClock(() => now);
        const seen = steps.map(({ time, isBroken, passed }) => {
          now += passed;
          if (isBroken) clock.breakOff();
          return clock.at(time);
        });
        expect(seen[0]).toBe(0);
        expect(seen.every((seconds, i) => i === 0 || seconds > seen[i - 1]!)).toBe(true);
      }),
    );
  });
});
