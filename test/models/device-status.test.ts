import { describe, expect, it } from 'vitest';
import { deviceStatus, type ProbeAnswer, type ProductCost } from '../../src/models/device-status.ts';

const core: ProductCost = { ms: 4, cpuMs: 4 };
const statusOf = (answer: ProbeAnswer, failure = ''): ReturnType<typeof deviceStatus> =>
  deviceStatus('webgpu', JSON.stringify(answer), failure);

describe('deviceStatus', () => {
  it.each([
    { what: 'a GPU', device: { ms: 1, cpuMs: 0.5 } },
    { what: 'a GPU that is waited for by polling', device: { ms: 3.5, cpuMs: 3.5 } },
  ])('finds $what worthwhile', ({ device }) => {
    expect(statusOf({ ok: true, device, core })).toEqual({
      device: 'webgpu',
      isAvailable: true,
      isWorthwhile: true,
      probeMs: device.ms,
    });
  });

  it.each([
    {
      what: 'what is slower than one core',
      device: { ms: 90, cpuMs: 1 },
      reason: 'it is slower than one CPU core (90.0 against 4.0 ms)',
    },
    {
      what: 'a driver in software on many cores',
      device: { ms: 2, cpuMs: 96 },
      reason: 'it takes more CPU time than the CPU itself (96.0 against 4.0 ms), as a driver in software does',
    },
  ])('finds that $what works and is not worthwhile', ({ device, reason }) => {
    expect(statusOf({ ok: true, device, core })).toEqual({
      device: 'webgpu',
      isAvailable: true,
      isWorthwhile: false,
      probeMs: device.ms,
      reason,
    });
  });

  it('finds the CPU worthwhile, which is what the others are held against', () => {
    expect(deviceStatus('cpu', JSON.stringify({ ok: true, device: core, core }), '')).toMatchObject({
      isWorthwhile: true,
    });
  });

  it.each([
    [
      'what ONNX Runtime says, in its last line without the place',
      { ok: false, reason: 'a\n/x/y.cc:1 f() a == b was false. No adapter\n' },
      'ignored',
      'No adapter',
    ],
    ['what the process said', {}, 'it crashed', 'it crashed'],
    ['that there was nothing', {}, '', 'it gave no answer'],
  ])('gives as the reason %s', (_, printed, failure, reason) => {
    expect(deviceStatus('webgpu', JSON.stringify(printed), failure)).toEqual({
      device: 'webgpu',
      isAvailable: false,
      isWorthwhile: false,
      reason,
    });
  });

  it('takes no noise for an answer', () => {
    expect(deviceStatus('cuda', 'Warning: {', 'it broke')).toMatchObject({ isAvailable: false, reason: 'it broke' });
  });
});
