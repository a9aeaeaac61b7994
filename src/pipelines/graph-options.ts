import { assertInteger, assertKeys, assertOneOf, assertPath, type EveryKey } from '../core/assert.ts';
import { defaultFlow, type FlowOptions } from '../core/defaults.ts';
import { type DeviceChoice, deviceChoices } from '../models/choose-device.ts';
import { compactModels } from './package-folder.ts';

/** Which models a job runs, where, and how much of it happens at once. */
export interface GraphOptions {
  /** Folder of a model set. @defaultValue the compact set of this package */
  readonly models?: string;
  /** @defaultValue `'auto'` */
  readonly device?: DeviceChoice;
  /** Worker threads that run models: an integer, at least 1. @defaultValue one a CPU core, one on a GPU */
  readonly lanes?: number;
  /** How much happens at once. @defaultValue {@link defaultFlow} */
  readonly flow?: Partial<FlowOptions>;
}

/** Every key of {@link GraphOptions}. */
export const graphOptionKeys: EveryKey<GraphOptions> = { models: true, device: true, lanes: true, flow: true };

/** {@link GraphOptions} with nothing left open but what depends on the machine. */
export interface GraphSettings {
  readonly models: string;
  readonly device: DeviceChoice;
  readonly lanes: number | undefined;
  readonly flow: FlowOptions;
}

/**
 * Fills in the defaults.
 *
 * @throws TypeError when an option is out of range, or one of `flow` unknown.
 */
export function graphSettings(options: GraphOptions): GraphSettings {
  const { models = compactModels, device = 'auto', lanes } = options;
  assertPath('models', models);
  assertKeys('flow', options.flow ?? {}, defaultFlow);
  const flow = { ...defaultFlow, ...options.flow };
  assertOneOf('device', device, deviceChoices);
  if (lanes !== undefined) assertInteger('lanes', lanes, 1, 256);
  assertInteger('flow.concurrency', flow.concurrency, 1, 1024);
  assertInteger('flow.detectorBatch', flow.detectorBatch, 1, 1024);
  assertInteger('flow.embedderBatch', flow.embedderBatch, 1, 4096);
  assertInteger('flow.budgetBytes', flow.budgetBytes, 1);
  return { models, device, lanes, flow };
}
