import { setTimeout } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { createOccluders } from '../../src/synth/occluder.ts';
import { createRandom } from '../../src/synth/random.ts';
import { type Rasterise } from '../../src/synth/scenery.ts';

/** Answers the last of some requests first. */
function lastFirst(): Rasterise {
  let wait = 30;
  return async (_svg, { width, height }) => {
    await setTimeout((wait -= 10));
    return { width, height, data: new Uint8Array(width * height * 4) };
  };
}

const atOnce: Rasterise = async (_svg, { width, height }) => ({
  width,
  height,
  data: new Uint8Array(width * height * 4),
});

async function motionsOf(seed: number, rasterise: Rasterise): Promise<readonly object[]> {
  const occluders = await createOccluders(createRandom(`${seed}`), rasterise, [10, 90]);
  return occluders.map(({ texture, ...motion }) => [motion, texture.width, texture.height]);
}

it('gives the same whichever texture is ready first', async () => {
  let most = 0;
  for (let seed = 0; seed < 8; seed++) {
    const inOrder = await motionsOf(seed, atOnce);
    expect(await motionsOf(seed, lastFirst())).toEqual(inOrder);
    most = Math.max(most, inOrder.length);
  }
  expect(most).toBeGreaterThan(1);
});
