import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bodyPartOf, type GarmentKind, garmentKinds } from '../../src/synth/garment-kind.ts';
import { createPool, type GarmentEntry } from '../../src/synth/garment-pool.ts';
import { instanceIdOf, planShop } from '../../src/synth/plan-shop.ts';
import { createRandom } from '../../src/synth/random.ts';

const entry = (kind: GarmentKind, index: number): GarmentEntry => ({
  key: `${kind}-${index}`,
  kind,
  load: () => Promise.reject(new Error('Nobody looks at it')),
});

const entries = (count: number): readonly GarmentEntry[] =>
  Array.from({ length: count }, (_, index) => entry(createRandom(`kind ${index}`).pick(garmentKinds), index));

describe('planShop', () => {
  it('pairs items with clips, adds decoys to both sides and uses no garment twice', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 40 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.nat(),
        (items, decoys, seed) => {
          const pool = createPool(entries(items * 6 + 60));
          const plan = planShop(pool, { items, decoys, outfits: 0.3 }, createRandom(String(seed)));
          expect([plan.items.length, plan.clips.length]).toEqual([items, items]);
          const clips = new Map(plan.clips.map((clip) => [clip.id, clip]));
          const paired = plan.items.filter(({ id }) => clips.has(id));
          expect(plan.items.length - paired.length).toBe(Math.round(items * decoys));
          const own = [
            ...paired,
            ...plan.items.filter(({ id }) => !clips.has(id)),
            ...plan.clips.filter(({ id }) => !paired.some((item) => item.id === id)),
          ];
          const keys = own.flatMap(({ pieces }) => pieces.map((piece) => piece.entry.key));
          expect(new Set(keys).size).toBe(keys.length);
          for (const { id, pieces } of own) {
            const isPaired = paired.some((item) => item.id === id);
            expect(pieces.map(({ instanceId }) => instanceId)).toEqual(
              pieces.map((_, index) => (isPaired ? instanceIdOf(id, index + 1) : 0)),
            );
            const parts = pieces.map((piece) => bodyPartOf(piece.entry.kind));
            expect(parts.length === 1 || parts.join() === 'top,bottom').toBe(true);
            expect(isPaired ? clips.get(id)?.pieces : pieces).toEqual(pieces);
          }
          for (const side of ['picture', 'clip'] as const) {
            for (let draw = 0; draw < 20; draw++)
              expect(keys).not.toContain(pool.borrow('any', side, createRandom(`${draw}`))?.key);
          }
        },
      ),
      { numRuns: 40 },
    );
  });

  it('ends when the pool is empty', () => {
    const plan = planShop(createPool(entries(10)), { items: 30, decoys: 0, outfits: 0 }, createRandom('1'));
    expect(plan.items.length).toBeGreaterThan(2);
    expect(plan.items.length).toBeLessThan(10);
    expect(plan.items.every(({ pieces }) => pieces.length > 0)).toBe(true);
  });

  it('writes instance ids as the data layout does', () => {
    expect(instanceIdOf('000041', 1)).toBe(20004101);
    expect(instanceIdOf('123456', 12)).toBe(22345612);
  });
});

describe('createPool', () => {
  it('lends a picture and a clip different garments', () => {
    const pool = createPool(entries(200));
    const lent = (side: 'picture' | 'clip'): ReadonlySet<string | undefined> =>
      new Set(Array.from({ length: 200 }, (_, draw) => pool.borrow('any', side, createRandom(`${side} ${draw}`))?.key));
    const [pictures, clips] = [lent('picture'), lent('clip')];
    expect(pictures.size).toBeGreaterThan(10);
    expect([...pictures].filter((key) => clips.has(key))).toEqual([]);
  });

  it('hands out what is worn where it is asked for', () => {
    const pool = createPool(entries(80));
    for (const part of ['top', 'bottom', 'both'] as const) {
      expect(bodyPartOf(pool.take(part)?.kind ?? 'dress')).toBe(part);
      expect(bodyPartOf(pool.borrow(part, 'clip', createRandom('p'))?.kind ?? 'dress')).toBe(part);
    }
  });
});
