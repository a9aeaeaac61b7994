import { type Lens } from './lens.ts';
import { type Random } from './random.ts';
import { bump, wander } from './wander.ts';

/** How light and lens change: exposure and colour drift, noise, and blur that follows the speed (pixels a frame). */
export function createCamera(random: Random, frames: number): (frame: number, speed: number) => Lens {
  const [warm, expose] = [wander(random, 240), wander(random, 200)];
  const [tint, green] = [random.normal() * 0.05, random.normal() * 0.02];
  const brightness = random.range(0.84, 1.14);
  const gamma = random.range(0.85, 1.2);
  const noise = random.range(0.8, 4.5);
  const jolts = Array.from({ length: random.integer(1, 4) }, () => ({
    at: random.range(0, frames),
    way: random.integer(0, 1),
  }));
  return (frame, speed) => {
    const level = brightness * (1 + 0.09 * expose(frame));
    const cast = tint + 0.035 * warm(frame);
    const jolt = (way: number): number =>
      jolts.reduce((most, { at, way: its }) => Math.max(most, its === way ? bump(frame, at, 3) : 0), 0);
    const blur = (way: number, own: number): number => Math.min(6, Math.round(own + 5 * jolt(way)));
    return {
      gain: [level * (1 + cast), level * (1 + green), level * (1 - cast)],
      gamma,
      noise,
      blur: [blur(0, speed * 0.35), blur(1, 0)],
    };
  };
}
