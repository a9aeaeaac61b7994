import { type Options } from 'yargs';
import { type MatchDatasetOptions } from '../../pipelines/match-options.ts';
import { type TextOption } from './option-kinds.ts';

type Device = NonNullable<MatchDatasetOptions['device']>;

const group = 'Models and device:';

/** Which models run, and where, as command-line options. */
export const deviceOptions: {
  readonly models: TextOption;
  readonly device: Options & { readonly choices: readonly Device[]; readonly default: Device };
  readonly lanes: Options & { readonly type: 'number' };
} = {
  models: {
    type: 'string',
    group,
    requiresArg: true,
    defaultDescription: 'the compact set of this package',
    describe: 'Folder of a model set: manifest.json and its ONNX files',
  },
  device: {
    type: 'string',
    group,
    requiresArg: true,
    choices: ['auto', 'cpu', 'webgpu', 'cuda'],
    default: 'auto',
    describe: 'Where the models run; auto takes the best that works and says which',
  } as const,
  lanes: {
    type: 'number',
    group,
    requiresArg: true,
    defaultDescription: 'one a CPU core that may be used, one on a GPU',
    describe: 'Worker threads that run models',
  },
};

/** The models and device that were asked for; what was left out is left to the pipeline. */
export function deviceFrom(args: {
  readonly models?: string | undefined;
  readonly device: Device;
  readonly lanes?: number | undefined;
}): Pick<MatchDatasetOptions, 'models' | 'device' | 'lanes'> {
  const { models, device, lanes } = args;
  return { device, ...(models !== undefined && { models }), ...(lanes !== undefined && { lanes }) };
}
