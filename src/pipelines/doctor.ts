import { stat } from 'node:fs/promises';
import { cpus, totalmem } from 'node:os';
import { defaultFlow } from '../core/defaults.ts';
import { messageOf } from '../core/errors.ts';
import { type Ffmpeg, findFfmpeg } from '../media/find-ffmpeg.ts';
import { type DeviceChoice } from '../models/choose-device.ts';
import { type DeviceStatus } from '../models/device-status.ts';
import { listDevices } from '../models/list-devices.ts';
import { loadManifest } from '../models/load-manifest.ts';
import { cpuShare, type Placement, placeModels } from '../models/place-models.ts';
import { type ModelSpeed, measureModels } from './measure-models.ts';
import { compactModels, packageVersion } from './package-folder.ts';

/** What was found, or why it was not. */
export type Finding<T> =
  | { readonly isFit: true; readonly value: T }
  | { readonly isFit: false; readonly reason: string };

/** Options of {@link doctor}. */
export interface DoctorOptions {
  /** Folder of the model set. @defaultValue the compact set of this package */
  readonly models?: string;
  /** Device to measure on. @defaultValue `'auto'` */
  readonly device?: DeviceChoice;
  /** Worker threads that run models, at least 1. */
  readonly lanes?: number;
  readonly signal?: AbortSignal;
}

/** A model set in short. */
export interface ModelsFinding {
  readonly folder: string;
  readonly name: string;
  readonly fingerprint: string;
  /** The detector, then the embedders; sizes in bytes. Every file has the digest that the manifest gives. */
  readonly files: readonly { readonly name: string; readonly bytes: number }[];
  /** Numbers in one feature. */
  readonly featureLength: number;
}

/** Everything that {@link doctor} found out. */
export interface DoctorReport {
  readonly version: string;
  readonly node: string;
  /** Operating system and processor, e.g. `linux x64`. */
  readonly platform: string;
  /** CPU cores that this process may run on. */
  readonly cores: number;
  /** CPU time that control groups leave it, in cores; absent where they set no limit. */
  readonly cpuQuota?: number;
  readonly cpu: string;
  /** Memory of the machine, in bytes. */
  readonly memoryBytes: number;
  readonly ffmpeg: Finding<Ffmpeg>;
  readonly devices: readonly DeviceStatus[];
  readonly models: Finding<ModelsFinding>;
  readonly speed: Finding<ModelSpeed>;
  /** How the models were spread over threads to be measured, and will be in a run; absent when they could not be opened. */
  readonly placement?: Placement;
  /** Whether ffmpeg, the model set and the device that was asked for all work. */
  readonly isFit: boolean;
}

/**
 * Finds out what is installed, which devices work and how fast the models run. Takes a few seconds. What is broken is
 * told in the report, not thrown.
 *
 * @throws TypeError when an option is out of range; the reason of `signal` when it aborts.
 */
export async function doctor(options: DoctorOptions = {}): Promise<DoctorReport> {
  const { models: folder = compactModels, device = 'auto', lanes, signal } = options;
  const [ffmpeg, devices, models] = await Promise.all([
    finding(() => findFfmpeg()),
    listDevices(),
    finding(() => findModels(folder)),
  ]);
  signal?.throwIfAborted();
  const speed: Finding<ModelSpeed> = models.isFit
    ? await finding(() =>
        measureModels({ folder, device, ...(lanes !== undefined && { lanes }), flow: defaultFlow, signal }),
      )
    : { isFit: false, reason: 'there are no models to measure' };
  signal?.throwIfAborted();
  const cpu = cpuShare();
  const placement = speed.isFit && placeModels({ device: speed.value.device.device, cpu, lanes, flow: defaultFlow });
  return {
    version: packageVersion,
    node: process.versions.node,
    platform: `${process.platform} ${process.arch}`,
    cores: cpu.cores,
    ...(cpu.quota !== undefined && { cpuQuota: cpu.quota }),
    cpu: cpus()[0]?.model ?? 'unknown',
    memoryBytes: totalmem(),
    ffmpeg,
    devices,
    models,
    speed,
    ...(placement && { placement }),
    isFit: ffmpeg.isFit && models.isFit && speed.isFit,
  };
}

async function findModels(folder: string): Promise<ModelsFinding> {
  const { name, fingerprint, detector, embedders } = await loadManifest(folder);
  const all = [{ name: 'detector', path: detector.path }, ...embedders];
  const files = await Promise.all(all.map(async ({ name, path }) => ({ name, bytes: (await stat(path)).size })));
  const featureLength = embedders.reduce((sum, embedder) => sum + embedder.featureLength, 0);
  return { folder, name, fingerprint, files, featureLength };
}

async function finding<T>(find: () => Promise<T>): Promise<Finding<T>> {
  try {
    return { isFit: true, value: await find() };
  } catch (error) {
    if (error instanceof TypeError && error.message.startsWith('Expected `')) throw error;
    return { isFit: false, reason: messageOf(error) };
  }
}
