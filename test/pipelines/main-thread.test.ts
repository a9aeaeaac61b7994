import { describe, expect, it, vi } from 'vitest';
import { meterMainThread } from '../../src/pipelines/main-thread.ts';

/** The line of a thread that was charged with so many hundredths of a second. */
const stat = (user: number, system: number): string =>
  `4321 (a (b) 7 8) R 1 4321 4321 0 -1 4194304 900 901 902 903 ${user} ${system} 55 66 20 0 8 0 1000 2000 300`;

/** Halts this thread without work. */
const halt = (ms: number): void => void Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);

describe('meterMainThread', () => {
  it('is what the system charged the thread with, as a share of the time that went by', () => {
    const clock = vi.spyOn(performance, 'now').mockReturnValueOnce(1000).mockReturnValueOnce(3000);
    const stats = [stat(100, 7), stat(140, 17)];
    const read = meterMainThread(() => stats.shift());
    expect(read()).toEqual({ mainThreadShare: 0.25, mainThreadMeasure: 'cpu-time' });
    clock.mockRestore();
  });

  it('is not more than a core', () => {
    const stats = [stat(0, 0), stat(1_000_000, 0)];
    expect(meterMainThread(() => stats.shift())().mainThreadShare).toBe(1);
  });

  it.for([
    [undefined, undefined],
    [stat(1, 1), 'gone'],
    ['', stat(1, 1)],
  ])('is the use of the event loop where the system does not say: %j', (stats) => {
    const texts = [...stats];
    const read = meterMainThread(() => texts.shift());
    halt(100);
    const { mainThreadShare, mainThreadMeasure } = read();
    expect(mainThreadMeasure).toBe('event-loop');
    expect(mainThreadShare).toBeGreaterThan(0.5);
  });

  it.runIf(process.platform === 'linux')('tells work from a wait that blocks the thread', () => {
    const readWait = meterMainThread();
    halt(500);
    const wait = readWait();
    const readWork = meterMainThread();
    const before = process.cpuUsage();
    while (process.cpuUsage(before).user < 100_000);
    const work = readWork();
    expect([wait, work]).toMatchObject([{ mainThreadMeasure: 'cpu-time' }, { mainThreadMeasure: 'cpu-time' }]);
    expect(wait.mainThreadShare).toBeLessThan(0.5);
    expect(work.mainThreadShare).toBeGreaterThan(0);
  });
});
