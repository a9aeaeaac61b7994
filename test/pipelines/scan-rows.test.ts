import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { squaredDistance } from '../../src/matching/dot-products.ts';
import { type NearRows } from '../../src/matching/select-nearest.ts';
import { type CoarseSession, openCoarseSession } from '../../src/models/coarse-session.ts';
import { type DotSession, openDotSession } from '../../src/models/dot-session.ts';
import { type GroupMaxSession, openGroupMaxSession } from '../../src/models/group-max-session.ts';
import { holdRows } from '../../src/pipelines/hold-rows.ts';
import { coarseProducts, fullProducts, type ProductsWay, type RowProducts } from '../../src/pipelines/row-products.ts';
import { type HeldBlock, roomFor, type ScannedRows, scanMaxima, scanProducts } from '../../src/pipelines/scan-rows.ts';

const featureLength = 96;

/** Unit vectors around few directions, each third equal to another one. */
function vectors(count: number, seed: number): readonly Float32Array[] {
  return Array.from({ length: count }, (_, number) => {
    const own = number % 3 === 2 ? number - 1 : number;
    const numbers = Array.from(
      { length: featureLength },
      (__, place) => Math.sin((own % 5) * 7 + place * 1.7) + 0.3 * Math.sin(seed + own * 3.1 + place * place),
    );
    const norm = Math.hypot(...numbers);
    return Float32Array.from(numbers, (number) => number / norm);
  });
}

function packed(rows: readonly Float32Array[]): Float32Array {
  const features = new Float32Array(roomFor(rows.length) * featureLength);
  for (const [row, vector] of rows.entries()) features.set(vector, row * featureLength);
  return features;
}

function blocksOf(rows: readonly Float32Array[], size: number): readonly ScannedRows[] {
  return Array.from({ length: Math.ceil(rows.length / size) }, (_, block) => {
    const some = rows.slice(block * size, (block + 1) * size);
    return { features: packed(some), firstRow: block * size, rows: some.length };
  });
}

/** Unit vectors in all directions, each third equal to another one. */
function scattered(count: number, seed: number): readonly Float32Array[] {
  let state = seed;
  const next = (): number => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) | 0;
    return state / 2 ** 31;
  };
  const all: Float32Array[] = [];
  for (let number = 0; number < count; number += 1) {
    const numbers = Array.from({ length: featureLength }, next);
    const norm = Math.hypot(...numbers);
    all.push(number % 3 === 2 ? all[number - 2]! : Float32Array.from(numbers, (value) => value / norm));
  }
  return all;
}

describe('scanProducts', () => {
  const queries = scattered(5, 1);
  const rows = [...scattered(1500, 2), ...queries];
  const asked = packed(queries).subarray(0, queries.length * featureLength);

  it.each([1, 7])('finds the same %d nearest rows, whether all of them are held as bytes, some or none', async (k) => {
    const dots = await openDotSession();
    const used: string[] = [];
    const session = (): Promise<Pick<DotSession, 'run'>> => {
      used.push('float32');
      return Promise.resolve(dots);
    };
    const found = async (isHeld: (block: number) => boolean): Promise<readonly NearRows[]> => {
      const scan = scanProducts(session, { queries: asked, featureLength, k });
      const held: AsyncDisposable[] = [];
      for (const [place, block] of blocksOf(rows, 400).entries()) {
        if (!isHeld(place)) {
          await scan.look(block);
          continue;
        }
        used.push('bytes');
        const bytes = await holdRows(block.features.subarray(0, block.rows * featureLength), featureLength);
        held.push(bytes);
        await scan.look({ ...block, held: bytes });
      }
      const answer = scan.found();
      await Promise.all(held.map((one) => one[Symbol.asyncDispose]()));
      return answer;
    };
    const sorted = (near: readonly NearRows[]): readonly unknown[] =>
      near.map((of) => of.rows.map((row, place) => [row, of.distances[place]]).toSorted(([a = 0], [b = 0]) => a - b));
    const none = sorted(await found(() => false));
    expect(none.flat().length).toBeGreaterThanOrEqual(5 * k);
    expect(used.splice(0)).toEqual(['float32', 'float32', 'float32', 'float32']);
    expect(sorted(await found(() => true))).toEqual(none);
    expect(used.splice(0)).toEqual(['bytes', 'bytes', 'bytes', 'bytes']);
    expect(sorted(await found((block) => block % 2 === 1))).toEqual(none);
    await dots[Symbol.asyncDispose]();
  });
});

describe('scanProducts with bytes that tell little', () => {
  it('goes over to float32 in the next search', async () => {
    const used: string[] = [];
    const rows = 1000;
    const features = packed(vectors(rows, 2));
    const held: HeldBlock = {
      run: () => {
        used.push('bytes');
        return Promise.resolve(new Float32Array(2 * rows).fill(4));
      },
      errors: new Float32Array(rows).fill(4),
      largestError: 4,
    };
    const run = (): Promise<Float32Array> => {
      used.push('float32');
      return Promise.resolve(new Float32Array(2 * rows).fill(-1));
    };
    const queries = packed(vectors(2, 1)).subarray(0, 2 * featureLength);
    const bytes = { areWorthIt: true };
    const search = async (): Promise<readonly NearRows[]> => {
      const scan = scanProducts(() => Promise.resolve({ run }), { queries, featureLength, k: 3, bytes });
      for (const firstRow of [0, 1000]) await scan.look({ features, firstRow, rows, held });
      return scan.found();
    };
    expect((await search())[0]?.rows.length).toBeGreaterThanOrEqual(3);
    await search();
    expect(used).toEqual(['bytes', 'bytes', 'float32', 'float32']);
  });
});

describe('scanMaxima', () => {
  const queries = vectors(1100, 1);
  const rows = vectors(700, 1.01);
  const asked = Float32Array.from(queries.flatMap((query) => [...query]));
  const nearest = queries.map((query) => {
    const distances = rows.map((row) => squaredDistance(query.reduce((sum, value, at) => sum + value * row[at]!, 0)));
    const least = Math.min(...distances);
    return [...distances.keys()].filter((row) => distances[row] === least);
  });
  let full: GroupMaxSession;
  let coarse: CoarseSession;
  beforeAll(async () => {
    [full, coarse] = await Promise.all([openGroupMaxSession(), openCoarseSession()]);
  });
  afterAll(() => Promise.all([full, coarse].map((session) => session[Symbol.asyncDispose]())));

  const found = async (ways: readonly ProductsWay[], size: number): Promise<readonly (readonly number[])[]> => {
    const scan = scanMaxima(ways, { queries: asked, featureLength });
    for (const block of blocksOf(rows, size)) await scan.look(block);
    return scan.found().map((near) => near.rows);
  };

  it.each([
    { what: 'bytes', size: 100, ways: () => [coarseProducts(coarse)] },
    { what: 'bytes in small blocks', size: 33, ways: () => [coarseProducts(coarse)] },
    { what: 'float32', size: 100, ways: () => [fullProducts(full)] },
    { what: 'bytes first', size: 100, ways: () => [coarseProducts(coarse), fullProducts(full)] },
  ])('finds all nearest rows of more queries than are multiplied at once in $what', async ({ size, ways }) => {
    expect(await found(ways(), size)).toEqual(nearest);
  });

  /** Products that say nothing, or the truth. */
  const telling = (used: string[], name: string, error: number): ProductsWay => {
    const { queriesAtOnce, begin } = fullProducts(full);
    const told = (some: Float32Array, length: number): RowProducts => {
      const productsWith = begin(some, length);
      return async (features) => {
        used.push(name);
        const errors = new Float64Array(some.length / length).fill(error);
        return { ...(await productsWith(features)), errors };
      };
    };
    return { queriesAtOnce, begin: told };
  };

  it.each([
    { error: 2, takes: ['first', 'first', 'second', 'second'] },
    { error: 1e-4, takes: ['first', 'first', 'first', 'first'] },
  ])('goes on with $takes when products are $error off', async ({ error, takes }) => {
    const used: string[] = [];
    const few = { queries: asked.subarray(0, 9 * featureLength), featureLength };
    const scan = scanMaxima([telling(used, 'first', error), telling(used, 'second', 1e-4)], few);
    for (const block of blocksOf(rows, 176)) await scan.look(block);
    expect(used).toEqual(takes);
    expect(scan.found().map((near) => near.rows)).toEqual(nearest.slice(0, 9));
  });

  it('wants a way', () => {
    expect(() => scanMaxima([], { queries: asked, featureLength })).toThrow('Expected a way to multiply, got none');
  });
});
