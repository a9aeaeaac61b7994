import { counted } from '../core/counted.ts';

/** How far a run is, as its pipeline reports it. */
export interface ProgressCounts {
  /** Inputs that are dealt with. */
  readonly done: number;
  /** Inputs that had nothing to do. */
  readonly skipped?: number;
  /** Inputs that could not be read. */
  readonly failed?: number;
  /** All inputs. */
  readonly total: number;
  readonly frames?: number;
  /** Frames that there will have been in the end, where inputs are not the same work. */
  readonly framesTotal?: number;
  readonly boxes?: number;
  /** Milliseconds since the run began. */
  readonly elapsedMs: number;
}

/** Counts and the speed that they were reached at. */
export interface ProgressNow extends ProgressCounts {
  /** Frames a second of late; undefined while nothing is known. */
  readonly framesPerSec?: number | undefined;
  /** Seconds that the rest will take at the pace of late; undefined while nothing is known. */
  readonly leftSec?: number | undefined;
}

/** Inputs that are dealt with, in whatever way. */
export function finishedOf({ done, skipped = 0, failed = 0 }: ProgressCounts): number {
  return done + skipped + failed;
}

/** How much of the work is done, 0 to 1: of the frames where these are known, and else of the inputs; 1 only when all is. */
export function shareOf(counts: ProgressCounts): number {
  const finished = finishedOf(counts);
  if (finished >= counts.total) return 1;
  const { frames = 0, framesTotal = 0 } = counts;
  return framesTotal > 0 ? Math.min(0.99, frames / framesTotal) : finished / counts.total;
}

/** `of` what a run consists when nothing else is said. */
export const ofInputs = 'inputs';

/** One line such as `45%, 34/75 inputs, 1 failed, 480 frames, 311 boxes, 12.3 frames/s, 0:42 left`. */
export function progressLine(now: ProgressNow, of: string = ofInputs): string {
  return [`${percentOf(now)}, ${finishedOf(now)}/${now.total} ${of}`, ...detailsOf(now)].join(', ');
}

/** How much of the work is done, such as `45%`. */
export function percentOf(now: ProgressCounts): string {
  return `${Math.floor(shareOf(now) * 100)}%`;
}

/** A bar of `width` cells, filled from the left, with eighths of a cell. */
export function progressBar(share: number, width: number): string {
  const eighths = Math.round(Math.min(1, Math.max(0, share)) * width * 8);
  const full = Math.floor(eighths / 8);
  const part = full < width ? ' ▏▎▍▌▋▊▉'.charAt(eighths % 8) : '';
  return ('█'.repeat(full) + part.trim()).padEnd(width, '░');
}

/** What stands beside the bar: counts that are not zero, the rate and the time left. */
export function detailsOf(now: ProgressNow): readonly string[] {
  const { skipped = 0, failed = 0, frames, boxes, framesPerSec, leftSec } = now;
  return [
    skipped > 0 ? `${skipped} skipped` : '',
    failed > 0 ? `${failed} failed` : '',
    frames === undefined ? '' : counted(frames, 'frame'),
    boxes === undefined ? '' : counted(boxes, 'box', 'boxes'),
    framesPerSec === undefined ? '' : `${framesPerSec.toFixed(1)} frames/s`,
    leftSec === undefined ? '' : `${formatDuration(leftSec)} left`,
  ].filter((text) => text !== '');
}

/** Seconds as `m:ss` or `h:mm:ss`, rounded up. */
export function formatDuration(seconds: number): string {
  const whole = Math.ceil(seconds);
  const [hours, minutes, rest] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  const tail = String(rest).padStart(2, '0');
  return hours > 0 ? `${hours}:${String(minutes).padStart(2, '0')}:${tail}` : `${minutes}:${tail}`;
}
