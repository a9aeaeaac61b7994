import { Tensor } from './runtime.ts';
import { floatsOf, openArithmetic } from './arithmetic-session.ts';

/** An ONNX model with one node, `dots = MatMul(rows, queries)` over float32 `[r, d]` and `[d, q]`. */
const model = Buffer.from(
  'CAg6dgodCgRyb3dzCgdxdWVyaWVzEgRkb3RzIgZNYXRNdWwSBGRvdHNaGAoEcm93cxIQCg4IARIKCgMSAXIKAxIBZFobCgdxdWVyaWVzEhAKDggBEgoKAxIBZAoDEgFxYhgKBGRvdHMSEAoOCAESCgoDEgFyCgMSAXFCBAoAEBE=',
  'base64',
);

/** Queries column by column, as {@link DotSession.run} takes them. */
export interface QueryColumns {
  /** `featureLength x queries` numbers: those of one place of every query stand together. */
  readonly columns: Float32Array;
  readonly queries: number;
  readonly featureLength: number;
}

/** Multiplies blocks of features with queries; it blocks the calling thread meanwhile. */
export interface DotSession extends AsyncDisposable {
  /**
   * Dot products, `rows x queries` of them. Their last bits are the business of the processor: see `dotError`.
   *
   * @param features `rows x featureLength` numbers; they are not copied.
   */
  run(features: Float32Array, queries: QueryColumns): Promise<Float32Array>;
}

/** Opens a session on the calling thread, which is all of its parallelism. */
export async function openDotSession(): Promise<DotSession> {
  const session = await openArithmetic(model);
  return {
    async run(features, { columns, queries, featureLength }) {
      const { dots } = await session.run({
        rows: new Tensor('float32', features, [features.length / featureLength, featureLength]),
        queries: new Tensor('float32', columns, [featureLength, queries]),
      });
      return floatsOf(dots, 'The product of features');
    },
    [Symbol.asyncDispose]: () => session.release(),
  };
}
