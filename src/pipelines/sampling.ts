import { assertInteger, assertNumber } from '../core/assert.ts';

/** Which frames of a stream are looked at. */
export type Sampling =
  /** Frames 0, `step`, 2 `step`, ... */
  | { readonly kind: 'index'; readonly step: number }
  /** The first frame of each `1 / rate` seconds of stream time. */
  | { readonly kind: 'rate'; readonly rate: number }
  /** Frames that differ from the last one that was looked at, see `changeAt`. */
  | { readonly kind: 'change'; readonly changeAt: number };

/** Five frames a second of stream time: what the bounds of announcements were chosen for. */
export const defaultSampling: Sampling = { kind: 'rate', rate: 5 };

/** Says of one frame after the other whether it is wanted. What `change` wants is only known when a frame is decoded: it wants all. */
export function sampler(sampling: Sampling): (frame: { readonly index: number; readonly seconds: number }) => boolean {
  if (sampling.kind === 'change') return () => true;
  if (sampling.kind === 'index') return ({ index }) => index % sampling.step === 0;
  let taken = -Infinity;
  return ({ seconds }) => {
    // Rounding must not put a frame that is due a hair before its time.
    const due = Math.floor(seconds * sampling.rate + 1e-6);
    if (due <= taken) return false;
    taken = due;
    return true;
  };
}

/** @throws TypeError when a number is out of range. */
export function assertSampling(sampling: Sampling): void {
  if (sampling.kind === 'index') assertInteger('sampling.step', sampling.step, 1);
  if (sampling.kind === 'rate') assertNumber('sampling.rate', sampling.rate, 1e-3, 1000);
  if (sampling.kind === 'change') assertNumber('sampling.changeAt', sampling.changeAt, 0, 255);
}
