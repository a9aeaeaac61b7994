import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Activity, type MeterSpan, OverlapMeter, type OverlapReport } from '../../src/flow/overlap-meter.ts';

interface Told extends MeterSpan {
  readonly activity: Activity;
  /** When it is told. */
  readonly toldMs: number;
}

/** Millisecond by millisecond. */
function counted(spans: readonly Told[]): OverlapReport {
  const goesOn = (activity: Activity, ms: number): boolean =>
    spans.some((span) => span.activity === activity && span.startMs <= ms && ms < span.endMs);
  const report = { firstMs: 0, secondMs: 0, bothMs: 0 };
  for (let ms = 0; ms < 100; ms += 1) {
    const [first, second] = [goesOn('first', ms), goesOn('second', ms)];
    if (first) report.firstMs += 1;
    if (second) report.secondMs += 1;
    if (first && second) report.bothMs += 1;
  }
  return report;
}

describe('OverlapMeter', () => {
  it('counts time once, whatever goes on several times', () => {
    const meter = new OverlapMeter();
    const ends = [meter.begin('first', 0), meter.begin('first', 5), meter.begin('second', 8)];
    ends[0]?.({ startMs: 0, endMs: 10 });
    ends[2]?.({ startMs: 8, endMs: 30 });
    ends[1]?.({ startMs: 6, endMs: 20 });
    ends[1]?.({ startMs: 6, endMs: 90 });
    expect(meter.read()).toEqual({ firstMs: 20, secondMs: 22, bothMs: 12 });
  });

  it('says nothing where nothing went on', () => {
    expect(new OverlapMeter().read()).toEqual({ firstMs: 0, secondMs: 0, bothMs: 0 });
  });

  it('gives what counting gives, in whatever order spans are told', () => {
    const span = fc
      .record({
        activity: fc.constantFrom<Activity>('first', 'second'),
        atMs: fc.nat(60),
        delay: fc.nat(10),
        length: fc.nat(15),
        late: fc.nat(14),
      })
      .map(({ activity, atMs, delay, length, late }) => {
        const startMs = atMs + delay;
        return { activity, atMs, startMs, endMs: startMs + length, toldMs: startMs + length + late };
      });
    fc.assert(
      fc.property(fc.array(span, { maxLength: 12 }), (spans) => {
        const meter = new OverlapMeter();
        const acts = spans.flatMap((one) => {
          let end: (span: MeterSpan) => void = () => undefined;
          return [
            { ms: one.atMs, isEnd: 0, act: () => (end = meter.begin(one.activity, one.atMs)) },
            { ms: one.toldMs, isEnd: 1, act: () => end(one) },
          ];
        });
        for (const { act } of acts.toSorted((a, b) => a.ms - b.ms || a.isEnd - b.isEnd)) act();
        expect(meter.read()).toEqual(counted(spans));
      }),
    );
  });
});
