import { type Sampling } from '../../pipelines/sampling.ts';
import { UsageError } from '../usage-error.ts';

/**
 * How a stream is sampled: `5fps` is five frames a second of stream time, `every:20` frames 0, 20, 40, ..., `change:8` those that differ
 * from the last one looked at by 8 of 255 on average.
 *
 * @throws UsageError when the text is none of these.
 */
export function parseSampling(name: string, text: string): Sampling {
  const rate = /^(\d+(?:\.\d+)?)fps$/.exec(text)?.[1];
  if (rate !== undefined && Number(rate) > 0) return { kind: 'rate', rate: Number(rate) };
  const step = /^every:(\d+)$/.exec(text)?.[1];
  if (step !== undefined && Number(step) > 0) return { kind: 'index', step: Number(step) };
  const changeAt = /^change:(\d+(?:\.\d+)?)$/.exec(text)?.[1];
  if (changeAt !== undefined && Number(changeAt) <= 255) return { kind: 'change', changeAt: Number(changeAt) };
  throw new UsageError(`Expected --${name} to be such as 5fps, every:20 or change:8, got ${text}`);
}
