import { type FlowOptions, defaultFlow } from '../../core/defaults.ts';
import { type NumberOption, type TextOption } from './option-kinds.ts';
import { formatBytes, parseBytes } from './parse-bytes.ts';

const group = 'Speed and memory (none of these changes a result):';

/** How much happens at once, as command-line options. */
export const flowOptions: Readonly<Record<'concurrency' | 'detector-batch' | 'embedder-batch', NumberOption>> & {
  readonly budget: TextOption & { readonly default: string };
} = {
  concurrency: {
    type: 'number',
    group,
    requiresArg: true,
    default: defaultFlow.concurrency,
    describe: 'Clips and pictures decoded side by side',
  },
  'detector-batch': {
    type: 'number',
    group,
    requiresArg: true,
    default: defaultFlow.detectorBatch,
    describe: 'Most frames in one run of the detector',
  },
  'embedder-batch': {
    type: 'number',
    group,
    requiresArg: true,
    default: defaultFlow.embedderBatch,
    describe: 'Most crops in one run of an embedder',
  },
  budget: {
    type: 'string',
    group,
    requiresArg: true,
    default: formatBytes(defaultFlow.budgetBytes),
    describe: 'Pixels in flight, e.g. 64MB or 1GiB',
  },
};

/** The flow settings that were asked for. */
export function flowFrom(args: {
  readonly concurrency: number;
  readonly detectorBatch: number;
  readonly embedderBatch: number;
  readonly budget: string;
}): FlowOptions {
  const { concurrency, detectorBatch, embedderBatch, budget } = args;
  return { concurrency, detectorBatch, embedderBatch, budgetBytes: parseBytes('budget', budget) };
}
