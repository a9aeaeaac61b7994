import { type Random } from './random.ts';

/** A smooth function of time in frames that wanders between about -1 and 1; the same source gives the same walk. */
export function wander(random: Random, period: number): (frame: number) => number {
  const waves = [1, 0.53, 0.29].map((part) => ({
    speed: (2 * Math.PI) / (period * part * random.range(0.8, 1.25)),
    phase: random.range(0, 2 * Math.PI),
    strength: part,
  }));
  const total = waves.reduce((sum, { strength }) => sum + strength, 0);
  return (frame) =>
    waves.reduce((sum, { speed, phase, strength }) => sum + strength * Math.sin(speed * frame + phase), 0) /
    (total * 0.8);
}

/** 0 far from `centre`, 1 at it: a bell of half width `spread`. */
export function bump(frame: number, centre: number, spread: number): number {
  return Math.exp(-(((frame - centre) / spread) ** 2));
}

/** 0 before `from`, 1 after `to`, smooth between. */
export function ramp(frame: number, from: number, to: number): number {
  const share = Math.max(0, Math.min(1, (frame - from) / Math.max(1e-9, to - from)));
  return share * share * (3 - 2 * share);
}
