import { type InexactProducts } from '../matching/nearest-rows.ts';
import { quantisedErrors, quantiseQueries } from '../matching/quantise-queries.ts';
import { type CoarseSession } from '../models/coarse-session.ts';
import { type GroupMaxSession } from '../models/group-max-session.ts';

/** Multiplies rows, with room for a multiple of 16, with queries that it knows. */
export type RowProducts = (features: Float32Array) => Promise<InexactProducts>;

/** A way to multiply rows with queries. */
export interface ProductsWay {
  /** Most queries that a block is multiplied with at once. */
  readonly queriesAtOnce: number;
  /** Queries are given row by row, `featureLength` numbers each. */
  readonly begin: (queries: Float32Array, featureLength: number) => RowProducts;
}

/** In float32; the products of 256 queries with 4096 rows take 4 MiB, which the processor's caches hold. */
export function fullProducts(session: GroupMaxSession): ProductsWay {
  return {
    queriesAtOnce: 256,
    begin: (queries, featureLength) => async (features) => ({
      maxima: await session.run({ queries, features, featureLength }),
    }),
  };
}

/** In bytes, which leaves more rows to be measured. Many queries at once, since the rows are rounded each time. */
export function coarseProducts(session: CoarseSession): ProductsWay {
  return {
    queriesAtOnce: 1024,
    begin: (queries, featureLength) => {
      const codes = quantiseQueries(queries, featureLength);
      return async (features) => {
        const { dots, maxima, step } = await session.run(features, codes);
        return { dots, maxima, errors: quantisedErrors(codes, step) };
      };
    },
  };
}

/** Bytes have to be this much faster than float32: what more rows are measured costs has to come in too. */
const worthwhile = 2 / 3;

/** Numbers of a trial: some 130 million multiplications, three milliseconds in float32. With a quarter of it bytes would not show what they can. */
const trial = { queries: 256, rows: 512, featureLength: 1024, leastRounds: 3, mostRounds: 9 };

/**
 * The ways that are worth it on this machine, in the order in which to take them: first bytes, if they are the faster ones by a trial of some milliseconds.
 * Processors with dot products of bytes (AVX-512 VNNI, and the like) multiply bytes three times as fast, others hardly faster. All ways come to the same
 * answers.
 *
 * @param now a clock, in milliseconds.
 */
export async function chooseWays(
  { full, coarse }: { readonly full: ProductsWay; readonly coarse: ProductsWay },
  now: () => number = () => performance.now(),
): Promise<readonly ProductsWay[]> {
  const { queries, rows, featureLength, leastRounds, mostRounds } = trial;
  const vectors = (count: number): Float32Array => {
    const numbers = new Float32Array(count * featureLength);
    for (let place = 0; place < numbers.length; place += 1) numbers[place] = (place % 251) - 125;
    return numbers;
  };
  const features = vectors(rows);
  const asked = vectors(queries);
  const multiply = [full, coarse].map((way) => way.begin(asked, featureLength));
  const least = [Infinity, Infinity];
  const areBytesFaster = (): boolean => least[1]! < least[0]! * worthwhile;
  // Where there are more threads than cores, a few rounds may pass in which this one hardly runs.
  for (let round = 0; round < leastRounds || (round < mostRounds && !areBytesFaster()); round += 1) {
    for (const [place, products] of multiply.entries()) {
      const start = now();
      await products(features);
      least[place] = Math.min(least[place]!, now() - start);
    }
  }
  return areBytesFaster() ? [coarse, full] : [full];
}
