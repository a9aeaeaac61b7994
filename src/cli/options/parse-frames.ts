import { type FrameRange } from '../../core/defaults.ts';
import { UsageError } from '../usage-error.ts';

/**
 * A range of frame indices written `first:last:step`, both ends inclusive: `80:380:20` is 80, 100, ..., 380.
 *
 * @throws UsageError when the text is no such range.
 */
export function parseFrames(name: string, text: string): FrameRange {
  const [first = -1, last = -1, step = 0] = /^\d+:\d+:\d+$/.test(text) ? text.split(':').map(Number) : [];
  if (first < 0 || last < first || step < 1) {
    throw new UsageError(`Expected --${name} to be first:last:step with first <= last, such as 80:380:20, got ${text}`);
  }
  return { first, last, step };
}

/** The text that {@link parseFrames} reads back. */
export function formatFrames({ first, last, step }: FrameRange): string {
  return `${first}:${last}:${step}`;
}
