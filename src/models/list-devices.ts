import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { entryUrl } from './entry-url.ts';
import { type Provider } from './lane-protocol.ts';

/** What was found out about one device. */
export interface DeviceStatus {
  readonly device: Provider;
  /** Whether models run on it. */
  readonly isAvailable: boolean;
  /** Whether it works and is faster than one CPU core, which a software renderer is not. `auto` asks for this. */
  readonly isWorthwhile: boolean;
  /** Time of a 512 x 512 matrix product, in milliseconds, copies included; absent when it does not work. */
  readonly probeMs?: number;
  /** Why it does not work or is not worthwhile; absent when all is well. */
  readonly reason?: string;
}

/** Longest time that a device may take to answer, in milliseconds. */
const patienceMs = 20_000;

const answer = z.union([
  z.object({ ok: z.literal(true), ms: z.number(), cpuMs: z.number() }),
  z.object({ ok: z.literal(false), reason: z.string() }),
]);

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
  const found = parse(stdout);
  if (!found) return missing(device, failure || 'it gave no answer');
  if (!found.ok) return missing(device, lastLine(found.reason));
  const isWorthwhile = device === 'cpu' || found.ms < found.cpuMs;
  return {
    device,
    isAvailable: true,
    isWorthwhile,
    probeMs: found.ms,
    ...(isWorthwhile
      ? {}
      : { reason: `it is slower than one CPU core (${found.ms.toFixed(1)} against ${found.cpuMs.toFixed(1)} ms)` }),
  };
}

function parse(stdout: string): z.infer<typeof answer> | undefined {
  try {
    return answer.parse(JSON.parse(stdout));
  } catch {
    return undefined; // Whatever else was printed, it is no answer.
  }
}

function missing(device: Provider, reason: string): DeviceStatus {
  return { device, isAvailable: false, isWorthwhile: false, reason };
}

/** The last line that says something, without the place in ONNX Runtime's sources that it starts with. */
function lastLine(text: string): string {
  const line = text.trim().split('\n').at(-1)?.trim() ?? '';
  return line.replace(/^\/\S+ \S+ .* was false\. /, '');
}
