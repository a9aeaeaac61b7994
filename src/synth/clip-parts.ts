import { type Worn } from './dress-figure.ts';
import { type Garment } from './garment.ts';
import { bodyPartOf } from './garment-kind.ts';

/** One garment of an item and its number. */
export interface ItemPiece {
  readonly garment: Garment;
  /** As in SPEC 1; 0 when it has no counterpart. */
  readonly instanceId: number;
}

/** The clothes of somebody who shows an item: in no item themselves. */
export interface HostClothes {
  readonly top: Garment | undefined;
  readonly bottom: Garment | undefined;
}

/** What a clip is made of. */
export interface ClipParts {
  /** One garment, or a top and a bottom. */
  readonly pieces: readonly ItemPiece[];
  readonly host: HostClothes;
  /** What hangs in the room, at most 16. */
  readonly rack: readonly Garment[];
}

/** The item's pieces as somebody wears them, with own clothes where they would leave the body bare. */
export function wornPieces(pieces: readonly ItemPiece[], host: HostClothes): readonly Worn[] {
  const worn = pieces.map(({ garment, instanceId }, index): Worn => ({ id: index + 1, garment, instanceId }));
  const parts = new Set(pieces.map(({ garment }) => bodyPartOf(garment.kind)));
  if (parts.has('both')) return worn;
  const own = ownClothes(host).filter(({ garment }) => !parts.has(bodyPartOf(garment.kind)));
  return [...worn, ...own];
}

/** The host's own clothes. */
export function ownClothes({ top, bottom }: HostClothes): readonly Worn[] {
  const worn: Worn[] = [];
  if (bottom) worn.push({ id: 11, garment: bottom, instanceId: 0 });
  if (top) worn.push({ id: 12, garment: top, instanceId: 0 });
  return worn;
}
