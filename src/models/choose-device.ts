import { assertOneOf } from '../core/assert.ts';
import { PipelineError } from '../core/errors.ts';
import { type Provider } from './lane-protocol.ts';
import { type DeviceStatus, listDevices, probe } from './list-devices.ts';

/** The values of `--device`. */
export const deviceChoices = ['auto', 'cpu', 'webgpu', 'cuda'] as const;

/** What may be asked for: a device, or the best that is there. */
export type DeviceChoice = (typeof deviceChoices)[number];

/** Which device runs the models, and why not a better one. */
export interface DeviceReport {
  readonly device: Provider;
  readonly asked: DeviceChoice;
  /** Worker threads with sessions of their own. */
  readonly lanes: number;
  /** Better devices that were tried and passed over, each with its reason; empty when one was asked for. */
  readonly passedOver: readonly { readonly device: Provider; readonly reason: string }[];
}

/** Ways to find out what is there, replaceable in tests. */
export interface ChooseDeviceOptions {
  readonly list?: () => Promise<readonly DeviceStatus[]>;
  readonly probe?: (device: Provider) => Promise<DeviceStatus>;
}

const remedies: Readonly<Record<Provider, string>> = {
  cpu: 'reinstall onnxruntime-node for this platform',
  webgpu: 'install a graphics driver with Vulkan (Linux: libvulkan1 and a driver for the card), or use `--device cpu`',
  cuda:
    'install CUDA 12, cuDNN 9 and the provider ' +
    '(`node node_modules/onnxruntime-node/script/install.js --onnxruntime-node-install`), or use `--device cpu`',
};

/**
 * The device for `asked`. A named device is taken or refused; `auto` takes the first of cuda, webgpu and cpu that works
 * and is faster than one CPU core.
 *
 * @throws PipelineError `device-unavailable` when the named device does not work, with what to install.
 * @throws TypeError when `asked` is none of {@link deviceChoices}.
 */
export async function chooseDevice(
  asked: DeviceChoice,
  { list = listDevices, probe: probeOne = probe }: ChooseDeviceOptions = {},
): Promise<Omit<DeviceReport, 'lanes'>> {
  assertOneOf('device', asked, deviceChoices);
  if (asked === 'cpu') return { device: 'cpu', asked, passedOver: [] };
  if (asked !== 'auto') {
    const { isAvailable, reason = 'no reason given' } = await probeOne(asked);
    if (isAvailable) return { device: asked, asked, passedOver: [] };
    throw deviceUnavailable(asked, reason);
  }
  const statuses = await list();
  const chosen = statuses.find(({ isWorthwhile }) => isWorthwhile)?.device ?? 'cpu';
  const better = statuses.slice(
    0,
    statuses.findIndex(({ device }) => device === chosen),
  );
  return { device: chosen, asked, passedOver: better.map(({ device, reason = '' }) => ({ device, reason })) };
}

/** The error for a device that was asked for and does not work. */
export function deviceUnavailable(device: Provider, reason: string): PipelineError {
  return new PipelineError(
    'device-unavailable',
    `Device ${device} was asked for and does not work: ${reason}; ${remedies[device]}`,
  );
}
