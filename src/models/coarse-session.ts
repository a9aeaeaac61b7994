import { Tensor } from './runtime.ts';
import { floatsOf, openArithmetic } from './arithmetic-session.ts';

/**
 * An ONNX model that multiplies float32 `rows` `[r, d]`, rounded to bytes, with the codes of queries, int8 `columns` `[d, q]`. `DynamicQuantizeLinear` spreads
 * 256 codes over the range of the rows' numbers, zero among them: `step` is a 255th of that range. `MatMulInteger` gives whole numbers; `Cast` and `Mul` with
 * `step` and `steps` `[q]` make `dots` `[r, q]` of them. `Reshape` by `shape` (-1, 16, q), `ReduceMax` and `Transpose` give the largest of each 16 rows,
 * `maxima` `[q, r / 16]`.
 */
const model = Buffer.from(
  'CAg69QMKMAoEcm93cxIFY29kZXMSBHN0ZXASBHplcm8iFUR5bmFtaWNRdWFudGl6ZUxpbmVhcgorCgVjb2RlcwoHY29sdW1ucwoEemVybxIEc3VtcyINTWF0TXVsSW50ZWdlcgofCgRzdW1zEgZmbG9hdHMiBENhc3QqCQoCdG8YAaABAgoZCgVzdGVwcwoEc3RlcBIFdW5pdHMiA011bAoaCgZmbG9hdHMKBXVuaXRzEgRkb3RzIgNNdWwKHgoEZG90cwoFc2hhcGUSBmdyb3VwcyIHUmVzaGFwZQo/CgZncm91cHMSDGNvbHVtbk1heGltYSIJUmVkdWNlTWF4KgsKBGF4ZXNAAaABByoPCghrZWVwZGltcxgAoAECCjAKDGNvbHVtbk1heGltYRIGbWF4aW1hIglUcmFuc3Bvc2UqDQoEcGVybUABQACgAQcSAWdaGAoEcm93cxIQCg4IARIKCgMSAXIKAxIBZFobCgdjb2x1bW5zEhAKDggDEgoKAxIBZAoDEgFxWhQKBXN0ZXBzEgsKCQgBEgUKAxIBcVoTCgVzaGFwZRIKCggIBxIECgIIA2IYCgRkb3RzEhAKDggBEgoKAxIBcgoDEgFxYhoKBm1heGltYRIQCg4IARIKCgMSAXEKAxIBZ2IOCgRzdGVwEgYKBAgBEgBCBAoAEBA=',
  'base64',
);

/** Rows of a group. */
const groupRows = 16;

/** Queries as whole numbers of steps, as {@link CoarseSession.run} takes them. */
export interface QueryCodes {
  /** `featureLength x queries` codes, -63 to 63: those of one place of every query stand together. */
  readonly columns: Int8Array;
  /** What a code of 1 is in each query. */
  readonly steps: Float32Array;
  readonly featureLength: number;
}

/** What {@link CoarseSession.run} gives. */
export interface CoarseProducts {
  /** Row by row, one for each query. */
  readonly dots: Float32Array;
  /** Query by query, one for each 16 rows: the largest of their products. */
  readonly maxima: Float32Array;
  /** What the rows were rounded to whole numbers of. */
  readonly step: number;
}

/** Multiplies blocks of features with queries, both rounded to bytes, which is faster where the processor multiplies bytes faster; it blocks the calling thread. */
export interface CoarseSession extends AsyncDisposable {
  /**
   * Products that are as far off as `quantisedErrors` says.
   *
   * What it gives is valid until the next run.
   *
   * @param features row by row; a multiple of 16 rows. They are not copied.
   */
  run(features: Float32Array, queries: QueryCodes): Promise<CoarseProducts>;
}

/** Opens a session on the calling thread, which is all of its parallelism. */
export async function openCoarseSession(): Promise<CoarseSession> {
  const session = await openArithmetic(model);
  // Memory of V8 for each run would be collected all the time.
  let room: { readonly dots: Tensor; readonly maxima: Tensor; readonly step: Tensor } | undefined;
  return {
    async run(features, { columns, steps, featureLength }) {
      const rows = features.length / featureLength;
      const queries = steps.length;
      if (room?.dots.dims[0] !== rows || room.dots.dims[1] !== queries) {
        room = {
          dots: emptyTensor([rows, queries]),
          maxima: emptyTensor([queries, rows / groupRows]),
          step: emptyTensor([]),
        };
      }
      const { dots, maxima, step } = await session.run(
        {
          rows: new Tensor('float32', features, [rows, featureLength]),
          columns: new Tensor('int8', columns, [featureLength, queries]),
          steps: new Tensor('float32', steps, [queries]),
          shape: new Tensor('int64', BigInt64Array.of(-1n, BigInt(groupRows), BigInt(queries)), [3]),
        },
        room,
      );
      return {
        dots: floatsOf(dots, 'A product'),
        maxima: floatsOf(maxima, 'A product'),
        step: floatsOf(step, 'A product')[0]!,
      };
    },
    [Symbol.asyncDispose]: () => session.release(),
  };
}

function emptyTensor(dims: readonly number[]): Tensor {
  return new Tensor('float32', new Float32Array(dims.reduce((product, size) => product * size, 1)), dims);
}
