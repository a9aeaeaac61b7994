import { type FrameRange } from '../core/defaults.ts';
import { frameCount, frameRanges, type FrameSelection } from '../core/frame-selection.ts';

/** Frames that ffmpeg is told to give. */
export interface PickedFrames {
  /** Condition on a variable of ffmpeg's `select` filter that tells the index of a frame: `n`, or `pts` where it is shown at that time. */
  readonly conditionOn: (index: 'n' | 'pts') => string;
  /** Frames for which the condition holds. */
  readonly frames: FrameSelection;
  /** How many they are. */
  readonly count: number;
  /** Index of the frame that is given at a place, counted from 0. */
  readonly indexAt: (place: number) => number;
}

/** Most characters of a condition: a command line of Windows has room for 32,767 in all. */
const longestCondition = 16_000;

/** Most terms in one sum. */
const longestSum = 32;

/**
 * Says in ffmpeg's words which frames are wanted.
 *
 * A list becomes ranges where it is regular. One that is so long and so irregular that a command line cannot hold it is taken as all frames from its
 * first to its last: the caller passes over those that it did not ask for.
 */
export function selectFrames(frames: FrameSelection): PickedFrames {
  if (conditionOn('pts', frames).length <= longestCondition) {
    const indexAt =
      'first' in frames ? rangeAt(frames.first, frames.step) : (place: number) => frames[place] ?? Infinity;
    return { conditionOn: (index) => conditionOn(index, frames), frames, count: frameCount(frames), indexAt };
  }
  const [first, last] = 'first' in frames ? [frames.first, frames.last] : [frames[0] ?? 0, frames.at(-1) ?? 0];
  const all = { first, step: 1, last };
  return {
    conditionOn: (index) => isIn(index, all),
    frames: all,
    count: frameCount(all),
    indexAt: rangeAt(first, 1),
  };
}

function conditionOn(index: string, frames: FrameSelection): string {
  return anyOf(frameRanges(frames).map((range) => isIn(index, range)));
}

/** Terms that add up to more than 0 where one of them does. Newer ffmpegs refuse a sum of more than a hundred, and take one of sums. */
function anyOf(terms: readonly string[]): string {
  if (terms.length <= longestSum) return terms.join('+');
  const half = Math.ceil(terms.length / 2);
  return `(${anyOf(terms.slice(0, half))})+(${anyOf(terms.slice(half))})`;
}

function rangeAt(first: number, step: number): (place: number) => number {
  return (place) => first + place * step;
}

function isIn(index: string, { first, step, last }: FrameRange): string {
  if (first === last) return `eq(${index}\\,${first})`;
  return `not(mod(${index}-${first}\\,${step}))*between(${index}\\,${first}\\,${last})`;
}
