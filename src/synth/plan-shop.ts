import { type GarmentEntry, type GarmentPool } from './garment-pool.ts';
import { bodyPartOf } from './garment-kind.ts';
import { type Random } from './random.ts';

/** A garment for sale, or one that only looks so. */
export interface Piece {
  readonly entry: GarmentEntry;
  /** As in SPEC 1; 0 for a decoy. */
  readonly instanceId: number;
}

/** An item or the subject of a clip. */
export interface ShopEntry {
  /** Six digits. */
  readonly id: string;
  readonly pieces: readonly Piece[];
}

/** What a shop consists of. */
export interface ShopPlan {
  readonly items: readonly ShopEntry[];
  readonly clips: readonly ShopEntry[];
}

/** Options of {@link planShop}. */
export interface PlanShopOptions {
  /** Items in all, and clips in all: an integer, at least 1. */
  readonly items: number;
  /** Share of the items that no clip shows, and of the clips that show no item, 0 to 1. */
  readonly decoys: number;
  /** Share of the items that are a top and a bottom, 0 to 1. */
  readonly outfits: number;
}

/** Number of a piece, counted from 1, of an item as SPEC 1 writes it. */
export function instanceIdOf(itemId: string, piece: number): number {
  return Number(`2${itemId.slice(-5).padStart(5, '0')}${String(piece).padStart(2, '0')}`);
}

/**
 * Says which item has which garments and which clip shows it. An item and its clip share their id; decoys have ids of their own.
 * The plan is shorter when the pool runs out of garments.
 */
export function planShop(pool: GarmentPool, { items, decoys, outfits }: PlanShopOptions, random: Random): ShopPlan {
  const lone = Math.round(items * decoys);
  const roles = random.shuffle([
    ...Array.from({ length: items - lone }, () => 'pair' as const),
    ...Array.from({ length: lone }, () => 'item' as const),
    ...Array.from({ length: lone }, () => 'clip' as const),
  ]);
  const plan = { items: [] as ShopEntry[], clips: [] as ShopEntry[] };
  for (const [index, role] of roles.entries()) {
    const id = String(index + 1).padStart(6, '0');
    const entries = takePieces(pool, random.chance(outfits));
    if (entries.length === 0) break;
    const pieces = entries.map(
      (entry, piece): Piece => ({ entry, instanceId: role === 'pair' ? instanceIdOf(id, piece + 1) : 0 }),
    );
    if (role !== 'clip') plan.items.push({ id, pieces });
    if (role !== 'item') plan.clips.push({ id, pieces });
  }
  return plan;
}

function takePieces(pool: GarmentPool, outfit: boolean): readonly GarmentEntry[] {
  const first = outfit ? (pool.take('top') ?? pool.take('any')) : pool.take('any');
  if (!first) return [];
  const second = outfit && bodyPartOf(first.kind) === 'top' ? pool.take('bottom') : undefined;
  return second ? [first, second] : [first];
}
