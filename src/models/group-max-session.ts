import { Tensor } from './runtime.ts';
import { floatsOf, openArithmetic } from './arithmetic-session.ts';

/**
 * An ONNX model over float32 `queries` `[q, d]` and `rows` `[r, d]`: `Gemm` of the two with `transB`, `Reshape` of the products to `[q, r / 16, 16]`, and
 * `ReduceMax` over the last of these, `maxima` `[q, r / 16]`.
 */
const model = Buffer.from(
  'CAg6+AEKKgoHcXVlcmllcwoEcm93cxIEZG90cyIER2VtbSoNCgZ0cmFuc0IYAaABAgoeCgRkb3RzCgVzaGFwZRIGZ3JvdXBzIgdSZXNoYXBlCjkKBmdyb3VwcxIGbWF4aW1hIglSZWR1Y2VNYXgqCwoEYXhlc0ACoAEHKg8KCGtlZXBkaW1zGACgAQISAWcqGQgDEAc6DAD///////////8BEEIFc2hhcGVaGwoHcXVlcmllcxIQCg4IARIKCgMSAXEKAxIBZFoYCgRyb3dzEhAKDggBEgoKAxIBcgoDEgFkYhoKBm1heGltYRIQCg4IARIKCgMSAXEKAxIBZ0IECgAQEQ==',
  'base64',
);

/** What {@link GroupMaxSession.run} multiplies. Neither is copied. */
export interface GroupMaxInput {
  /** Query by query, `featureLength` numbers each. */
  readonly queries: Float32Array;
  /** Row by row, `featureLength` numbers each; a multiple of 16 rows. */
  readonly features: Float32Array;
  readonly featureLength: number;
}

/** Multiplies blocks of features with queries and keeps of the products only what is largest in each group; it blocks the calling thread meanwhile. */
export interface GroupMaxSession extends AsyncDisposable {
  /**
   * For each query, and in it for each 16 rows, the largest dot product. The last bits of products are the business of the processor: see `dotError`.
   */
  run(input: GroupMaxInput): Promise<Float32Array>;
}

/** Opens a session on the calling thread, which is all of its parallelism. */
export async function openGroupMaxSession(): Promise<GroupMaxSession> {
  const session = await openArithmetic(model);
  return {
    async run({ queries, features, featureLength }) {
      const { maxima } = await session.run({
        queries: new Tensor('float32', queries, [queries.length / featureLength, featureLength]),
        rows: new Tensor('float32', features, [features.length / featureLength, featureLength]),
      });
      return floatsOf(maxima, 'The largest product');
    },
    [Symbol.asyncDispose]: () => session.release(),
  };
}
