import { type SynthReport } from '../pipelines/synth-report.ts';
import { counted } from '../core/counted.ts';

/** What was made, in one line. */
export function synthSummary({ items, clips, pictures, frames }: SynthReport, out: string): string {
  const inClips = clips === 0 ? '' : `, ${counted(clips, 'clip')} with ${counted(frames, 'frame')}`;
  return `${counted(items, 'item')} with ${counted(pictures, 'picture')}${inClips} in ${out}\n`;
}

/** What is missing from it and what to do; undefined if all of it is there. */
export function synthShortage({ items, clips, missing }: SynthReport): string | undefined {
  if (missing.items + missing.clips === 0) return undefined;
  const asked = items + missing.items;
  return `vitrine: only ${items} of ${asked} items and ${clips} of ${asked} clips: the photos are too few; add some, or ask for less\n`;
}
