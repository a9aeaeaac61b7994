import { describe, expect, it } from 'vitest';
import { type RgbaImage } from '../../src/core/rgba-image.ts';
import { createGarment, type Garment } from '../../src/synth/garment.ts';
import { type GarmentKind } from '../../src/synth/garment-kind.ts';
import { type Pose } from '../../src/synth/pose.ts';
import { feetFor, fitArms, fitGarment, wornMesh } from '../../src/synth/wear-garment.ts';

/** A cut-out of white rectangles `[x1, y1, x2, y2]`. */
function cutout(
  width: number,
  height: number,
  solid: readonly (readonly [number, number, number, number])[],
): RgbaImage {
  const data = new Uint8Array(width * height * 4);
  for (const [x1, y1, x2, y2] of solid)
    for (let y = y1; y < y2; y++)
      for (let x = x1; x < x2; x++) data.fill(255, (y * width + x) * 4, (y * width + x) * 4 + 4);
  return { width, height, data };
}

const garment = (kind: GarmentKind, image: RgbaImage, label = '短袖上衣'): Garment =>
  createGarment({ kind, label, image });

/** A T: trunk 100 wide, sleeves of 60 straight out. */
const shirt = garment(
  't-shirt',
  cutout(220, 150, [
    [60, 0, 160, 150],
    [0, 10, 220, 50],
  ]),
);
const trousers = garment(
  'pants',
  cutout(120, 300, [
    [0, 0, 120, 60],
    [0, 60, 50, 300],
    [70, 60, 120, 300],
  ]),
  '长裤',
);
const block = cutout(200, 200, [[0, 0, 200, 200]]);

const pose: Pose = {
  x: 500,
  y: 1000,
  height: 1000,
  yaw: 0,
  headYaw: 0,
  lean: 0,
  ripple: 0,
  lamp: 0,
  arms: [
    { upper: 20, fore: 20, isInFront: false },
    { upper: 20, fore: 20, isInFront: false },
  ],
};

const spanOf = (points: Float32Array, axis: 0 | 1): readonly [number, number] => {
  const values = [...points].filter((_, index) => index % 2 === axis);
  return [Math.min(...values), Math.max(...values)];
};

describe('measureCutout', () => {
  it('finds trunk and sleeves of a top', () => {
    expect(shirt.measure.width).toBe(100);
    expect(shirt.measure.middle).toBeCloseTo(109.5, 0);
    const [left, right] = shirt.measure.sleeves;
    expect(left?.angle).toBeGreaterThan(50);
    expect(left?.angle).toBeCloseTo(right?.angle ?? 0, -1);
    expect(right?.reach).toBeGreaterThan(55);
  });

  it('knows that a long-sleeved garment without a visible sleeve has them along the trunk', () => {
    expect(garment('shirt', block, '长袖衬衫').measure.sleeves[0]?.angle).toBe(11);
    expect(garment('shirt', block, '长袖衬衫').measure.width).toBeLessThan(150);
    expect(garment('outwear', block, '短马甲').measure.sleeves).toEqual([undefined, undefined]);
    expect(garment('t-shirt', block).measure.sleeves).toEqual([undefined, undefined]);
  });

  it('finds waistband and legs of trousers', () => {
    expect(trousers.measure.width).toBe(120);
    expect(trousers.measure.legs[0]).toBeCloseTo(24.5, 0);
    expect(trousers.measure.legs[1]).toBeCloseTo(94.5, 0);
  });
});

describe('fitGarment', () => {
  it('fits tops to the shoulders and trousers between waist and ankle', () => {
    const top = fitGarment(shirt, 1);
    expect(top.scaleX * shirt.measure.width).toBeCloseTo(0.216, 2);
    expect(top.top + shirt.height * top.scaleY).toBeLessThan(0.6);
    const bottom = fitGarment(trousers, 1);
    expect(bottom.top + trousers.height * bottom.scaleY).toBeGreaterThan(0.75);
    expect(bottom.top + trousers.height * bottom.scaleY).toBeLessThan(0.96);
  });

  it('never makes a tent of a garment whose waist is not where it seems', () => {
    const misleading = garment(
      'skirt',
      cutout(300, 200, [
        [140, 0, 160, 30],
        [0, 30, 300, 200],
      ]),
      '短裙',
    );
    expect(fitGarment(misleading, 1).scaleX * misleading.width).toBeLessThanOrEqual(0.4001);
  });
});

describe('wornMesh', () => {
  it('puts a top on the shoulders and turns its sleeves down to the arms', () => {
    const fit = fitGarment(shirt, 1);
    const { arms } = fitArms(shirt, fit, pose);
    const [x1, x2] = spanOf(wornMesh(shirt, fit, { ...pose, arms }).points, 0);
    const flat = fit.scaleX * shirt.width * 1000;
    expect(x2 - x1).toBeLessThan(flat * 0.95);
    expect((x1 + x2) / 2).toBeCloseTo(500, -1);
    const [y1] = spanOf(wornMesh(shirt, fit, { ...pose, arms }).points, 1);
    expect(y1).toBeGreaterThan(130);
  });

  it('squeezes what turns away', () => {
    const fit = fitGarment(trousers, 1);
    const width = (yaw: number): number => {
      const [x1, x2] = spanOf(wornMesh(trousers, fit, { ...pose, yaw }).points, 0);
      return x2 - x1;
    };
    expect(width(1)).toBeLessThan(width(0) * 0.85);
  });
});

describe('fitArms', () => {
  it('lets a short sleeve end before the hand and a long one reach it', () => {
    const long = garment(
      'longsleeve',
      cutout(420, 200, [
        [160, 0, 260, 200],
        [0, 10, 420, 50],
      ]),
      '长袖上衣',
    );
    const { arms, lengths } = fitArms(long, fitGarment(long, 1), pose);
    expect(lengths[0]).toBeGreaterThan(0.35);
    expect(arms[0].fore).toBe(arms[0].upper);
    expect(fitArms(shirt, fitGarment(shirt, 1), pose).lengths).toEqual([0.37, 0.37]);
  });
});

describe('feetFor', () => {
  it('follows the legs of trousers and stands straight otherwise', () => {
    const wide = garment(
      'pants',
      cutout(240, 300, [
        [60, 0, 180, 60],
        [0, 60, 60, 300],
        [180, 60, 240, 300],
      ]),
      '长裤',
    );
    expect(feetFor(wide, fitGarment(wide, 1))[1]).toBeGreaterThan(feetFor(trousers, fitGarment(trousers, 1))[1]);
    expect(feetFor(undefined, undefined)).toEqual([-0.05, 0.05]);
  });
});
