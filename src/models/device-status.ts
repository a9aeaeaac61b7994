import { z } from 'zod';
import { type Provider } from './lane-protocol.ts';

/** What was found out about one device. */
export interface DeviceStatus {
  readonly device: Provider;
  /** Whether models run on it. */
  readonly isAvailable: boolean;
  /** Whether it works, is faster than one CPU core and costs the CPU less. A software renderer does not. `auto` asks for this. */
  readonly isWorthwhile: boolean;
  /** Time of a 512 x 512 matrix product, in milliseconds, copies included; absent when it does not work. */
  readonly probeMs?: number;
  /** Why it does not work or is not worthwhile; absent when all is well. */
  readonly reason?: string;
}

/** What the matrix product of a probe took at best, in milliseconds. */
export interface ProductCost {
  readonly ms: number;
  /** CPU time of all threads of the process. */
  readonly cpuMs: number;
}

/** What a probe prints: the costs on the device and on one CPU core, or why there are none. */
export type ProbeAnswer =
  | { readonly ok: true; readonly device: ProductCost; readonly core: ProductCost }
  | { readonly ok: false; readonly reason: string };

const cost = z.object({ ms: z.number(), cpuMs: z.number() });
const answer: z.ZodType<ProbeAnswer> = z.union([
  z.object({ ok: z.literal(true), device: cost, core: cost }),
  z.object({ ok: z.literal(false), reason: z.string() }),
]);

/**
 * What a probe found out by what it printed. `failure` is the reason where that is no answer.
 *
 * A driver that computes on the CPU may have many cores and be faster than one of them, and still takes them from the rest of the
 * program: it is told by the CPU time, which exceeds that of the product on the CPU itself.
 */
export function deviceStatus(device: Provider, printed: string, failure: string): DeviceStatus {
  const found = parse(printed);
  if (!found?.ok) {
    const reason = found ? lastLine(found.reason) : failure || 'it gave no answer';
    return { device, isAvailable: false, isWorthwhile: false, reason };
  }
  const reason = device === 'cpu' ? undefined : drawback(found.device, found.core);
  return {
    device,
    isAvailable: true,
    isWorthwhile: reason === undefined,
    probeMs: found.device.ms,
    ...(reason !== undefined && { reason }),
  };
}

function drawback(device: ProductCost, core: ProductCost): string | undefined {
  if (device.ms >= core.ms)
    return `it is slower than one CPU core (${device.ms.toFixed(1)} against ${core.ms.toFixed(1)} ms)`;
  if (device.cpuMs < core.cpuMs) return undefined;
  const times = `${device.cpuMs.toFixed(1)} against ${core.cpuMs.toFixed(1)} ms`;
  return `it takes more CPU time than the CPU itself (${times}), as a driver in software does`;
}

function parse(printed: string): ProbeAnswer | undefined {
  try {
    return answer.parse(JSON.parse(printed));
  } catch {
    return undefined; // Whatever else was printed, it is no answer.
  }
}

/** The last line that says something, without the place in ONNX Runtime's sources that it starts with. */
export function lastLine(text: string): string {
  const line = text.trim().split('\n').at(-1)?.trim() ?? '';
  return line.replace(/^\/\S+ \S+ .* was false\. /, '');
}
