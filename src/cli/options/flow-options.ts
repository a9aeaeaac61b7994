import { type FlowOptions, defaultFlow } from '../../core/defaults.ts';
import { UsageError } from '../usage-error.ts';
import { type NumberOption, type TextOption } from './option-kinds.ts';
import { formatBytes, parseBytes } from './parse-bytes.ts';

/** Less cannot be meant: a frame of 540x960 takes more. */
const leastBudget = '1MiB';
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

/**
 * The flow settings that were asked for.
 *
 * @throws UsageError as {@link budgetFrom} does.
 */
export function flowFrom(args: {
  readonly concurrency: number;
  readonly detectorBatch: number;
  readonly embedderBatch: number;
  readonly budget: string;
}): FlowOptions {
  const { concurrency, detectorBatch, embedderBatch, budget } = args;
  return { concurrency, detectorBatch, embedderBatch, budgetBytes: budgetFrom(budget) };
}

/**
 * The bytes of `--budget`.
 *
 * @throws UsageError when it is no size, or a mistake by its size.
 */
export function budgetFrom(text: string): number {
  const bytes = parseBytes('budget', text);
  if (bytes >= parseBytes('budget', leastBudget)) return bytes;
  throw new UsageError(`Expected --budget to be at least ${leastBudget}, got ${text}; say 64MB or 1GiB`);
}
