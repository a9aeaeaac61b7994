import { bodyPartOf, type BodyPart, type GarmentKind } from './garment-kind.ts';
import { type Cutout } from './garment.ts';
import { type Random } from './random.ts';

/** A garment that a shop may use, before anything of it is drawn or read. */
export interface GarmentEntry {
  /** Different for every garment of a pool, e.g. a seed or a photo's id. */
  readonly key: string;
  readonly kind: GarmentKind;
  /** Draws or reads it. */
  load(): Promise<Cutout>;
}

/** Garments to make a shop of. */
export interface GarmentPool {
  /** A garment that has not been taken before, worn where `part` says; undefined when there is none left. */
  take(part: BodyPart | 'any'): GarmentEntry | undefined;
  /**
   * A garment that nobody takes, to stand about in a picture or a clip; it may come several times. Undefined when there is none.
   * What pictures borrow is never lent to a clip: a garment without an `instance_id` has no counterpart on the other side (SPEC 1).
   */
  borrow(part: BodyPart | 'any', side: 'picture' | 'clip', random: Random): GarmentEntry | undefined;
}

/** A pool of what is in `entries`, taken in their order. Two of five garments of a part are kept for borrowing, one for each side. */
export function createPool(entries: readonly GarmentEntry[]): GarmentPool {
  const fits =
    (part: BodyPart | 'any') =>
    (entry: GarmentEntry): boolean =>
      part === 'any' || bodyPartOf(entry.kind) === part;
  const kept = { picture: [] as GarmentEntry[], clip: [] as GarmentEntry[] };
  const free: GarmentEntry[] = [];
  const counts: Record<BodyPart, number> = { top: 0, bottom: 0, both: 0 };
  const shelves = [kept.picture, kept.clip, free, free, free] as const;
  for (const entry of entries) shelves[counts[bodyPartOf(entry.kind)]++ % shelves.length]?.push(entry);
  return {
    take(part) {
      const at = free.findIndex(fits(part));
      return at < 0 ? undefined : free.splice(at, 1)[0];
    },
    borrow(part, side, random) {
      const candidates = kept[side].filter(fits(part));
      return candidates.length === 0 ? undefined : random.pick(candidates);
    },
  };
}
