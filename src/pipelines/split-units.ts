import { createHash } from 'node:crypto';
import { type ExportUnit } from './export-units.ts';

/** Which of the two a row is for. */
export type Split = 'train' | 'validation';

/** Options of {@link splitUnits}. */
export interface SplitOptions {
  /** Roots that are for validation as a whole, by key. */
  readonly validationRoots: ReadonlySet<string>;
  /** Share of the other items that is for validation too, 0 to 1. */
  readonly validationShare: number;
  /** Whether one `instance_id` in two roots is one garment. */
  readonly sharedIds: boolean;
}

/** An item or clip and each `instance_id` that is marked in it. */
export interface UnitPieces {
  readonly unit: ExportUnit;
  readonly pieces: readonly number[];
}

/**
 * Says for each item and clip on which side it is. Whole items go to one side, with the clips that show them: what shares an item's pieces, directly or
 * through others, stays together. The side hangs on a hash of the item, so it does not change when others come or go. What shows no piece
 * is an item of its own.
 */
export function splitUnits(units: readonly UnitPieces[], options: SplitOptions): readonly Split[] {
  const { validationRoots, validationShare, sharedIds } = options;
  const groups = new Groups();
  const names = units.map(({ unit: { root, owner }, pieces }) => {
    const scope = sharedIds ? '' : root.key;
    // An instance_id is the item and two digits for the piece.
    const items = [...new Set(pieces.map((piece) => `${scope}/${Math.floor(piece / 100)}`))];
    for (const item of items) groups.join(items[0] ?? item, item);
    return items[0] ?? `${root.key}/${owner}`;
  });
  return units.map(({ unit }, place) => {
    if (validationRoots.has(unit.root.key)) return 'validation';
    return shareOf(groups.lowest(names[place] ?? '')) < validationShare ? 'validation' : 'train';
  });
}

/** A number from 0 (included) to 1 (excluded) that is the same for a text for ever. */
function shareOf(text: string): number {
  return createHash('sha256').update(text).digest().readUIntBE(0, 6) / 2 ** 48;
}

/** Names that belong together. */
class Groups {
  readonly #parents = new Map<string, string>();

  /** The name in the group of `name` that comes first. */
  lowest(name: string): string {
    let top = name;
    for (let next = this.#parents.get(top); next !== undefined; next = this.#parents.get(top)) top = next;
    if (top !== name) this.#parents.set(name, top); // The next search is short.
    return top;
  }

  join(a: string, b: string): void {
    const [first = a, second = b] = [this.lowest(a), this.lowest(b)].sort();
    if (first !== second) this.#parents.set(second, first);
  }
}
