import { type ProgressCounts, type ProgressNow, finishedOf } from './progress-line.ts';

/** How much of the past the pace is taken from, in milliseconds. */
const windowMs = 15_000;

/** Turns counts into counts with a rate, from what happened in the last 15 seconds. Holds at most 200 counts. */
export function createPace(): (counts: ProgressCounts) => ProgressNow {
  const past: ProgressCounts[] = [];
  return (counts) => {
    const last = past.at(-1);
    if (last === undefined || counts.elapsedMs - last.elapsedMs >= windowMs / 200) past.push(counts);
    while (past.length > 2 && counts.elapsedMs - (past[1]?.elapsedMs ?? 0) >= windowMs) past.shift();
    const [first = counts] = past;
    const sec = (counts.elapsedMs - first.elapsedMs) / 1000;
    if (sec < 1) return counts;
    const inputsPerSec = (finishedOf(counts) - finishedOf(first)) / sec;
    const framesPerSec = counts.frames === undefined ? undefined : (counts.frames - (first.frames ?? 0)) / sec;
    const { frames = 0, framesTotal } = counts;
    const [left, perSec] =
      framesTotal === undefined
        ? [counts.total - finishedOf(counts), inputsPerSec]
        : [framesTotal - frames, framesPerSec ?? 0];
    return { ...counts, framesPerSec, leftSec: perSec > 0 ? left / perSec : undefined };
  };
}
