import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { type DeviceStatus, deviceStatus, lastLine } from './device-status.ts';
import { entryUrl } from '../core/entry-url.ts';
import { type Provider } from './lane-protocol.ts';

/** Longest time that a device may take to answer, in milliseconds. */
const patienceMs = 20_000;

/** Tries every device, each in a process of its own, best first: cuda, webgpu, cpu. Writes nothing to the terminal. */
export function listDevices(): Promise<readonly DeviceStatus[]> {
  const devices: readonly Provider[] = ['cuda', 'webgpu', 'cpu'];
  return Promise.all(devices.map(probeDevice));
}

/** Tries one device in a process of its own. */
export async function probeDevice(device: Provider): Promise<DeviceStatus> {
  const program = fileURLToPath(entryUrl('models/probe-device'));
  const { stdout, failure } = await new Promise<{ stdout: string; failure: string }>((resolve) => {
    execFile(process.execPath, [program, device], { timeout: patienceMs }, (error, stdout, stderr) =>
      resolve({ stdout, failure: error ? lastLine(stderr) || error.message : '' }),
    );
  });
  return deviceStatus(device, stdout, failure);
}
