import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { latencyWindow } from '../../src/tracking/latency-window.ts';

function read(latencies: readonly number[]) {
  const window = latencyWindow();
  for (const ms of latencies) window.add(ms);
  return window.read();
}

describe('latencyWindow', () => {
  it.each([
    { of: [], is: null },
    { of: [7], is: { p50: 7, p95: 7, max: 7 } },
    { of: [30, 10, 20, 40], is: { p50: 20, p95: 40, max: 40 } },
    { of: Array.from({ length: 100 }, (_, place) => 100 - place), is: { p50: 50, p95: 95, max: 100 } },
  ])('is $is of $of.length latencies', ({ of, is }) => {
    expect(read(of)).toEqual(is);
  });

  it('forgets those before the last thousand', () => {
    const thousand = Array.from({ length: 1000 }, (_, place) => place + 1);
    expect(read([5000, ...thousand])).toEqual({ p50: 500, p95: 950, max: 1000 });
    expect(read([5000, ...thousand.slice(1)])).toMatchObject({ max: 5000 });
    expect(read([...thousand, ...Array<number>(1000).fill(3)])).toEqual({ p50: 3, p95: 3, max: 3 });
  });

  it('tells of latencies that came: at least half of them are not above the middle one', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 50 }), { minLength: 1, maxLength: 60 }), (latencies) => {
        const { p50, p95, max } = read(latencies)!;
        const share = (bound: number): number => latencies.filter((ms) => ms <= bound).length / latencies.length;
        const below = (bound: number): number => latencies.filter((ms) => ms < bound).length / latencies.length;
        expect(latencies).toEqual(expect.arrayContaining([p50, p95]));
        expect(share(p50)).toBeGreaterThanOrEqual(0.5);
        expect(below(p50)).toBeLessThan(0.5);
        expect(share(p95)).toBeGreaterThanOrEqual(0.95);
        expect(below(p95)).toBeLessThan(0.95);
        expect(max).toBe(Math.max(...latencies));
      }),
    );
  });
});
