import { describe, expect, it } from 'vitest';
import { usageMeter, watchBoth } from '../../src/pipelines/run-usage.ts';
import { ear } from '../helpers/watched-work.ts';

describe('usageMeter', () => {
  it('adds up lanes from the first run to the last, and what decoders did beside them', () => {
    const meter = usageMeter();
    const at = performance.now() + 1000;
    const told = [
      { work: { place: 'lane', slot: 0, name: 'detector', isWarmUp: true }, ms: [-500, -400] },
      { work: { place: 'decoder', slot: 0, name: 'decode' }, ms: [-50, 10] },
      { work: { place: 'decoder', slot: 0, name: 'wait for credit', isWait: true }, ms: [10, 60] },
      { work: { place: 'picture', slot: 0, name: 'decode' }, ms: [60, 70] },
      { work: { place: 'crop', slot: 0, name: 'crop' }, ms: [0, 100] },
      { work: { place: 'lane', slot: 0, name: 'detector' }, ms: [0, 40] },
      { work: { place: 'lane', slot: 1, name: 'detector' }, ms: [20, 50] },
      { work: { place: 'lane', slot: 1, name: 'embedder a' }, ms: [65, 100] },
    ] as const;
    const ends = told.map(({ work, ms: [startMs, endMs] }) => {
      const end = meter.watch(work);
      return (): void => end({ times: { startMs: at + startMs, endMs: at + endMs } });
    });
    for (const end of ends) end();
    const usage = meter.read(2);
    const rounded = JSON.parse(
      JSON.stringify(usage, (_, value) => (typeof value === 'number' ? +value.toFixed(6) : value)),
    );
    expect(rounded).toEqual({
      laneSpanMs: 100,
      laneBusyMs: 105,
      laneBusyShare: 105 / 200,
      modelMs: { detector: 70, 'embedder a': 35 },
      decodeMs: 70,
      modelsMs: 85,
      overlapMs: 15,
      overlapShare: 0.214286,
    });
  });

  it('takes the time between the two calls where no better one is known', () => {
    const meter = usageMeter();
    const before = performance.now();
    const end = meter.watch({ place: 'lane', slot: 0, name: 'detector' });
    while (performance.now() < before + 2);
    end();
    expect(meter.read(1).laneBusyMs).toBeGreaterThanOrEqual(1);
    expect(meter.read(1).laneBusyShare).toBe(1);
  });

  it('has shares of 0 where nothing was done', () => {
    expect(usageMeter().read(2)).toMatchObject({ laneSpanMs: 0, laneBusyShare: 0, overlapShare: 0 });
  });
});

describe('watchBoth', () => {
  it('tells both of both ends', () => {
    const [first, second] = [ear(), ear()];
    watchBoth(first.watch, second.watch)({ place: 'match', slot: 0, name: 'match' })({ facts: { matches: 3 } });
    for (const { begun, ended } of [first, second]) {
      expect(begun).toEqual([{ place: 'match', slot: 0, name: 'match' }]);
      expect(ended).toMatchObject([{ facts: { matches: 3 } }]);
    }
    expect(watchBoth(first.watch, undefined)).toBe(first.watch);
  });
});
