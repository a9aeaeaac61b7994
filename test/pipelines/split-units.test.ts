import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type ExportUnit } from '../../src/pipelines/export-units.ts';
import { splitUnits, type UnitPieces } from '../../src/pipelines/split-units.ts';

const unit = (side: ExportUnit['side'], owner: string, root = 'r'): ExportUnit => ({
  root: { key: root, path: root },
  side,
  owner,
  inputs: [],
});
const none = { validationRoots: new Set<string>(), sharedIds: false };

/** A shop of items with one to three pieces, and clips that show pieces of up to two of them, or of none. */
const shops = fc
  .record({
    items: fc.uniqueArray(fc.nat(99_999), { minLength: 1, maxLength: 30 }),
    shown: fc.array(fc.array(fc.nat(100), { maxLength: 2 }), { maxLength: 30 }),
    roots: fc.integer({ min: 1, max: 3 }),
  })
  .map(({ items, shown, roots }): readonly UnitPieces[] => {
    const piecesOf = (item: number): readonly number[] =>
      [1, 2, 3].slice(0, 1 + (item % 3)).map((piece) => 20_000_000 + item * 100 + piece);
    const root = (place: number): string => `root ${place % roots}`;
    const shop = items.map((item, place) => ({
      unit: unit('picture', `${item}`, root(place)),
      pieces: piecesOf(item),
    }));
    const clips = shown.map((places, place) => ({
      unit: unit('clip', `clip ${place}`, root(place)),
      pieces: places.flatMap((at) => piecesOf(items[at % items.length] ?? 0).slice(-1)),
    }));
    return shop.concat(clips);
  });

describe('splitUnits', () => {
  it('never has an identity, or two pieces of one item, on both sides', () => {
    const share = fc.double({ min: 0, max: 1, noNaN: true });
    fc.assert(
      fc.property(shops, share, fc.boolean(), (units, validationShare, sharedIds) => {
        const sides = splitUnits(units, { ...none, validationShare, sharedIds });
        const seen = new Map<string, string>();
        for (const [place, { unit: one, pieces }] of units.entries()) {
          for (const piece of pieces) {
            const item = `${sharedIds ? '' : one.root.key}/${Math.floor(piece / 100)}`;
            expect(seen.get(item) ?? sides[place]).toBe(sides[place]);
            seen.set(item, sides[place] ?? '');
          }
        }
      }),
    );
  });

  it('does not depend on the order of the units', () => {
    fc.assert(
      fc.property(shops, (units) => {
        const options = { ...none, validationShare: 0.5 };
        expect(splitUnits(units.toReversed(), options).toReversed()).toEqual(splitUnits(units, options));
      }),
    );
  });

  it('leaves an item where it was when others come', () => {
    const items = Array.from({ length: 50 }, (_, item) => ({
      unit: unit('picture', `${item}`),
      pieces: [20_000_001 + item * 100],
    }));
    const options = { ...none, validationShare: 0.3 };
    expect(splitUnits(items, options).slice(0, 20)).toEqual(splitUnits(items.slice(0, 20), options));
  });

  it('gives about the share that was asked for', () => {
    const items = Array.from({ length: 5000 }, (_, item) => ({ unit: unit('picture', `${item}`), pieces: [] }));
    const sides = splitUnits(items, { ...none, validationShare: 0.2 });
    const share = sides.filter((side) => side === 'validation').length / items.length;
    expect(share).toBeGreaterThan(0.17);
    expect(share).toBeLessThan(0.23);
  });

  it.each([
    { validationShare: 0, side: 'train' },
    { validationShare: 1, side: 'validation' },
  ])('puts all to $side at a share of $validationShare', ({ validationShare, side }) => {
    const units = ['a', 'b', 'c', 'd', 'e', 'f'].map((owner) => ({ unit: unit('clip', owner), pieces: [] }));
    expect(new Set(splitUnits(units, { ...none, validationShare }))).toEqual(new Set([side]));
  });

  it('takes whole roots for validation, whatever the share', () => {
    const units = ['a', 'b', 'a'].map((root, place) => ({ unit: unit('picture', `${place}`, root), pieces: [] }));
    const sides = splitUnits(units, { ...none, validationRoots: new Set(['b']), validationShare: 0 });
    expect(sides).toEqual(['train', 'validation', 'train']);
  });
});
