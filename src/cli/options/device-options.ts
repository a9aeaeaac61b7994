import { type Options } from 'yargs';
import { type MatchDatasetOptions } from '../../pipelines/match-options.ts';
import { compactInt8Models, compactModels } from '../../pipelines/package-folder.ts';
import { type TextOption } from './option-kinds.ts';

type Device = NonNullable<MatchDatasetOptions['device']>;

const group = 'Models and device:';

/** Sets of this package, by the names that stand for their folders. A folder of such a name in the working directory is `./<name>`. */
const packageSets: ReadonlyMap<string, string> = new Map([
  ['compact', compactModels],
  ['compact-int8', compactInt8Models],
]);

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
    defaultDescription: 'compact',
    describe:
      'Folder of a model set: manifest.json and its ONNX files; or a set of this package: compact, or compact-int8, whose detector is faster on newer CPUs',
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

/** The models and device that were asked for, with the folder for the name of a set; what was left out is left to the pipeline. */
export function deviceFrom(args: {
  readonly models?: string | undefined;
  readonly device: Device;
  readonly lanes?: number | undefined;
}): Pick<MatchDatasetOptions, 'models' | 'device' | 'lanes'> {
  const { models, device, lanes } = args;
  return {
    device,
    ...(models !== undefined && { models: packageSets.get(models) ?? models }),
    ...(lanes !== undefined && { lanes }),
  };
}
