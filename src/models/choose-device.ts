import { assertOneOf } from '../core/assert.ts';
import { PipelineError } from '../core/errors.ts';
import { type DeviceStatus } from './device-status.ts';
import { graphicsFiles, hasGraphicsDevice } from './has-graphics-device.ts';
import { type Provider } from './lane-protocol.ts';
import { probeDevice } from './list-devices.ts';

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
  /** Why `auto` would not have taken the device that was named; absent when it would. */
  readonly drawback?: string;
}

/** Options of {@link chooseDevice}. */
export interface ChooseDeviceOptions {
  /** Finds out whether a device works; replaceable, for machines that are not there. */
  readonly probe?: (device: Provider) => Promise<DeviceStatus>;
  /** Whether `auto` starts the probes at all. */
  readonly hasGraphics?: () => boolean;
}

const gpus = ['cuda', 'webgpu'] as const;

const remedies = {
  webgpu: 'install a graphics driver with Vulkan (Linux: libvulkan1 and a driver for the card), or use `--device cpu`',
  cuda:
    'install CUDA 12, cuDNN 9 and the provider ' +
    '(`node node_modules/onnxruntime-node/script/install.js --onnxruntime-node-install`), or use `--device cpu`',
};

/**
 * The device for `asked`. A named device is tried whatever the machine looks like, and taken, however slow, or refused; `auto` takes the first of cuda and webgpu that works, is
 * faster than one CPU core and costs the CPU less, else the CPU; on a machine without a graphics device it tries none.
 *
 * @throws PipelineError `device-unavailable` when the named device does not work, with what to install.
 * @throws TypeError when `asked` is none of {@link deviceChoices}.
 */
export async function chooseDevice(
  asked: DeviceChoice,
  { probe = probeDevice, hasGraphics = hasGraphicsDevice }: ChooseDeviceOptions = {},
): Promise<Omit<DeviceReport, 'lanes'>> {
  assertOneOf('device', asked, deviceChoices);
  if (asked === 'cpu') return { device: 'cpu', asked, passedOver: [] };
  if (asked !== 'auto') {
    const { isAvailable, reason } = await probe(asked);
    if (isAvailable) return { device: asked, asked, passedOver: [], ...(reason !== undefined && { drawback: reason }) };
    throw new PipelineError(
      'device-unavailable',
      `Device ${asked} was asked for and does not work: ${reason ?? 'no reason given'}; ${remedies[asked]}`,
    );
  }
  if (!hasGraphics()) {
    const reason = `this machine has no graphics device (none of ${graphicsFiles.join(', ')})`;
    return { device: 'cpu', asked, passedOver: gpus.map((device) => ({ device, reason })) };
  }
  const better = await Promise.all(gpus.map(probe));
  const taken = better.findIndex(({ isWorthwhile }) => isWorthwhile);
  const passedOver = better.slice(0, taken < 0 ? better.length : taken);
  return {
    device: better[taken]?.device ?? 'cpu',
    asked,
    passedOver: passedOver.map(({ device, reason = 'no reason given' }) => ({ device, reason })),
  };
}
