import { assertInteger } from './assert.ts';
import { type FrameRange } from './defaults.ts';

/** Frames of a clip by index of the decoded frame from 0: a range, or a list of indices that rise. */
export type FrameSelection = FrameRange | readonly number[];

/** Throws a `TypeError` unless `frames` is a range that holds a frame, or a list of one or more frames that rise. */
export function assertFrames(name: string, frames: FrameSelection): void {
  if ('first' in frames) {
    assertInteger(`${name}.first`, frames.first, 0);
    assertInteger(`${name}.step`, frames.step, 1);
    assertInteger(`${name}.last`, frames.last, frames.first);
    return;
  }
  assertInteger(`${name}.length`, frames.length, 1);
  for (const [place, frame] of frames.entries()) {
    assertInteger(`${name}[${place}]`, frame, place === 0 ? 0 : (frames[place - 1] ?? 0) + 1);
  }
}

/** How many frames are selected. */
export function frameCount(frames: FrameSelection): number {
  return 'first' in frames ? Math.floor((frames.last - frames.first) / frames.step) + 1 : frames.length;
}

/** The last frame that is selected. */
export function lastFrame(frames: FrameSelection): number {
  return 'first' in frames ? frames.last : frames.at(-1)!;
}

/** Makes a test of whether a frame is among those that are selected, to be asked of many. */
export function frameTest(frames: FrameSelection): (index: number) => boolean {
  if (!('first' in frames)) {
    const listed = new Set(frames);
    return (index) => listed.has(index);
  }
  const { first, step, last } = frames;
  return (index) => index >= first && index <= last && (index - first) % step === 0;
}

/** Frames that no range of three or more holds are given as ranges of one. */
const shortestRun = 3;

/** The same frames as ranges that follow each other, for whoever cannot take a list; frames 0, 20, ..., 380 are one range. */
export function frameRanges(frames: FrameSelection): readonly FrameRange[] {
  if ('first' in frames) return [frames];
  const ranges: FrameRange[] = [];
  for (let place = 0; place < frames.length; ) {
    const first = frames[place] ?? 0;
    const step = Math.max(1, (frames[place + 1] ?? first) - first);
    let end = place + 1;
    while (frames[end] === first + step * (end - place)) end += 1;
    const isRun = end - place >= shortestRun;
    ranges.push(isRun ? { first, step, last: first + step * (end - place - 1) } : { first, step: 1, last: first });
    place = isRun ? end : place + 1;
  }
  return ranges;
}
