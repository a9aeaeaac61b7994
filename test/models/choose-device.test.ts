import { describe, expect, it } from 'vitest';
import { chooseDevice } from '../../src/models/choose-device.ts';
import { type DeviceStatus } from '../../src/models/device-status.ts';
import { hasGraphicsDevice } from '../../src/models/has-graphics-device.ts';
import { type Provider } from '../../src/models/lane-protocol.ts';
import { listDevices } from '../../src/models/list-devices.ts';

const works = (device: Provider): DeviceStatus => ({ device, isAvailable: true, isWorthwhile: true, probeMs: 1 });
const slow = (device: Provider): DeviceStatus => ({ ...works(device), isWorthwhile: false, reason: 'slow' });
const missing = (device: Provider): DeviceStatus => ({
  device,
  isAvailable: false,
  isWorthwhile: false,
  reason: 'not there',
});
const probing = (probe: (device: Provider) => DeviceStatus) => ({
  probe: async (device: Provider) => probe(device),
  hasGraphics: () => true,
});
const never = {
  probe: () => Promise.reject(new TypeError('probed')),
};

describe('chooseDevice', () => {
  it('takes the CPU without a look at anything else when it is asked for', async () => {
    await expect(chooseDevice('cpu', never)).resolves.toEqual({ device: 'cpu', asked: 'cpu', passedOver: [] });
  });

  it.each(['cuda', 'webgpu'] as const)('takes %s when it is asked for and works', async (device) => {
    await expect(chooseDevice(device, probing(works))).resolves.toEqual({ device, asked: device, passedOver: [] });
  });

  it('takes what it is asked for however slow, on a machine without a graphics device too, and says why it is no good choice', async () => {
    const softwareOnly = { ...probing(slow), hasGraphics: () => false };
    await expect(chooseDevice('webgpu', softwareOnly)).resolves.toEqual({
      device: 'webgpu',
      asked: 'webgpu',
      passedOver: [],
      drawback: 'slow',
    });
  });

  it.each([
    [
      'cuda',
      /^Device cuda was asked for and does not work: not there; install CUDA .*install\.js --onnxruntime-node-install`/,
    ],
    ['webgpu', /^Device webgpu was asked for and does not work: not there; install a graphics driver/],
  ] as const)('says what to install when %s is asked for and missing', async (device, message) => {
    await expect(chooseDevice(device, probing(missing))).rejects.toMatchObject({
      code: 'device-unavailable',
      message: expect.stringMatching(message),
    });
  });

  it('takes the best that works when asked for auto', async () => {
    await expect(chooseDevice('auto', probing(works))).resolves.toMatchObject({ device: 'cuda', passedOver: [] });
    const noCuda = probing((device) => (device === 'cuda' ? missing(device) : works(device)));
    await expect(chooseDevice('auto', noCuda)).resolves.toEqual({
      device: 'webgpu',
      asked: 'auto',
      passedOver: [{ device: 'cuda', reason: 'not there' }],
    });
  });

  it('falls to the CPU with the reasons when nothing better is worthwhile', async () => {
    const software = probing((device) => (device === 'cuda' ? missing(device) : slow(device)));
    await expect(chooseDevice('auto', software)).resolves.toEqual({
      device: 'cpu',
      asked: 'auto',
      passedOver: [
        { device: 'cuda', reason: 'not there' },
        { device: 'webgpu', reason: 'slow' },
      ],
    });
  });

  it('starts no probe for auto on a machine without a graphics device', async () => {
    await expect(chooseDevice('auto', { ...never, hasGraphics: () => false })).resolves.toMatchObject({
      device: 'cpu',
      passedOver: [
        { device: 'cuda', reason: expect.stringMatching(/no graphics device .*\/dev\/dri/) },
        { device: 'webgpu', reason: expect.stringMatching(/no graphics device/) },
      ],
    });
  });

  it('refuses another word', async () => {
    await expect(chooseDevice(JSON.parse('"tpu"'), never)).rejects.toThrow(
      'Expected `device` to be one of auto, cpu, webgpu, cuda, got tpu (string)',
    );
  });
});

describe('hasGraphicsDevice', () => {
  it.each([
    ['linux', [], false],
    ['linux', ['/dev/dri'], true],
    ['linux', ['/dev/nvidiactl'], true],
    ['linux', ['/dev/dxg'], true],
    ['darwin', [], true],
    ['win32', [], true],
  ])('says for %s with %j: %s', (platform, files, expected) => {
    expect(hasGraphicsDevice(platform, (path) => files.includes(String(path)))).toBe(expected);
  });
});

describe('listDevices', () => {
  it('tries every device and gives a reason for each that does not work', async () => {
    const devices = await listDevices();
    expect(devices.map(({ device }) => device)).toEqual(['cuda', 'webgpu', 'cpu']);
    expect(devices.at(-1)).toMatchObject({ isAvailable: true, isWorthwhile: true, probeMs: expect.any(Number) });
    const passedOver = devices.filter(({ isWorthwhile }) => !isWorthwhile);
    expect(passedOver.filter(({ reason = '' }) => !/\w/.test(reason))).toEqual([]);
  });
});
