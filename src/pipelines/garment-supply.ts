import { type HostClothes, type ItemPiece } from '../synth/clip-parts.ts';
import { createGarment, type Garment } from '../synth/garment.ts';
import { type GarmentEntry, type GarmentPool } from '../synth/garment-pool.ts';
import { type ShopEntry } from '../synth/plan-shop.ts';
import { type Random } from '../synth/random.ts';

/** Where helping hands get their clothes from. */
export interface Supply {
  readonly pool: GarmentPool;
  readonly random: Random;
}

/** Draws or reads a garment and prepares it. */
export async function loadGarment(entry: GarmentEntry | undefined): Promise<Garment | undefined> {
  return entry && createGarment(await entry.load());
}

/** Loads an item's pieces. */
export async function loadPieces(entry: ShopEntry): Promise<readonly ItemPiece[]> {
  return Promise.all(
    entry.pieces.map(async (piece) => ({
      garment: createGarment(await piece.entry.load()),
      instanceId: piece.instanceId,
    })),
  );
}

/** Clothes for somebody who needs some: a top and a bottom that are in no item. */
export async function loadHost(side: 'picture' | 'clip', { pool, random }: Supply): Promise<HostClothes> {
  return {
    top: await loadGarment(pool.borrow('top', side, random)),
    bottom: await loadGarment(pool.borrow('bottom', side, random)),
  };
}
