import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { decoderRows } from '../../src/pipelines/decoder-rows.ts';
import { ear } from '../helpers/watched-work.ts';

describe('decoderRows', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  const after = (ms: number) => (): Promise<void> =>
    new Promise((resolve) => {
      setTimeout(resolve, ms);
    });

  it('tells work from waits, with the frames of each piece of work', async () => {
    const { watch, ended } = ear();
    const began = performance.now();
    const row = decoderRows('decoder', watch)({ input: 'a' });
    await vi.advanceTimersByTimeAsync(10);
    row.frame();
    row.frame();
    const waiting = row.wait(after(5))(900);
    await vi.advanceTimersByTimeAsync(5);
    await waiting;
    await vi.advanceTimersByTimeAsync(3);
    row.frame();
    row[Symbol.dispose]();
    const at = (startMs: number, endMs: number) => ({ startMs: began + startMs, endMs: began + endMs });
    expect(ended).toEqual([
      { place: 'decoder', slot: 0, name: 'decode', times: at(0, 10), facts: { input: 'a', frames: 2 } },
      {
        place: 'decoder',
        slot: 0,
        name: 'wait for credit',
        isWait: true,
        times: at(10, 15),
        facts: { input: 'a', bytes: 900 },
      },
      { place: 'decoder', slot: 0, name: 'decode', times: at(15, 18), facts: { input: 'a', frames: 1 } },
    ]);
  });

  it('takes a wait that is none for work', async () => {
    const { watch, ended } = ear();
    const row = decoderRows('picture', watch)({});
    await row.wait(() => Promise.resolve())(900);
    row.frame();
    row[Symbol.dispose]();
    expect(ended).toMatchObject([{ name: 'decode', facts: { frames: 1 } }]);
  });

  it('tells of nothing after it began', async () => {
    let now = 0;
    using clock = vi.spyOn(performance, 'now').mockImplementation(() => (now += 1));
    const spans: (readonly [toldMs: number, startMs: number])[] = [];
    const row = decoderRows('decoder', () => {
      const toldMs = performance.now();
      return ({ times } = {}) => void spans.push([toldMs, times?.startMs ?? -1]);
    })({});
    await row.wait(() => Promise.resolve())(900);
    row[Symbol.dispose]();
    expect(clock).toHaveBeenCalled();
    expect(spans).toHaveLength(3);
    for (const [toldMs, startMs] of spans) expect(startMs).toBeGreaterThan(toldMs);
  });

  it('passes a refusal on and ends the work', async () => {
    const { watch, ended } = ear();
    const row = decoderRows('picture', watch)({});
    await expect(row.wait(() => Promise.reject(new RangeError('stopped')))(900)).rejects.toThrow('stopped');
    row[Symbol.dispose]();
    expect(ended).toMatchObject([{ name: 'decode' }]);
  });

  it('has a slot for each that is open', () => {
    const { watch, begun } = ear();
    const rows = decoderRows('decoder', watch);
    const first = rows({});
    rows({});
    first[Symbol.dispose]();
    rows({});
    expect(begun.map(({ slot }) => slot)).toEqual([0, 1, 0]);
  });
});
