import { Tensor } from './runtime.ts';
import { floatsOf, openArithmetic } from './arithmetic-session.ts';

/**
 * The graph of an ONNX model without its constants: `codes` uint8 `[q, d]`, with 128 for zero, are multiplied with the constant int8 `rows` `[d, r]`
 * (`MatMulInteger`, `Cast`), with `scales` `[q, 1]` and with the constant `steps` `[r]`, and the constant `errors` `[r]` are added: `reach` `[q, r]`.
 */
const graph = Buffer.from(
  'CigKBWNvZGVzCgRyb3dzCgR6ZXJvEgRzdW1zIg1NYXRNdWxJbnRlZ2VyCh8KBHN1bXMSBmZsb2F0cyIEQ2FzdCoJCgJ0bxgBoAECCh0KBmZsb2F0cwoGc2NhbGVzEgZzY2FsZWQiA011bAoaCgZzY2FsZWQKBXN0ZXBzEgRkb3RzIgNNdWwKGgoEZG90cwoGZXJyb3JzEgVyZWFjaCIDQWRkEgFnKgwQAioCgAFCBHplcm9aGQoFY29kZXMSEAoOCAISCgoDEgFxCgMSAWRaGQoGc2NhbGVzEg8KDQgBEgkKAxIBcQoCCAFiGQoFcmVhY2gSEAoOCAESCgoDEgFxCgMSAXI=',
  'base64',
);
/** IR version 8, and the operators of version 12. */
const head = Buffer.from('CAhCAhAM', 'base64');

/** Numbers of fields and types in ONNX's protobuf. */
const fieldOf = { graph: 7, initializer: 5, dims: 1, dataType: 2, name: 8, rawData: 9 } as const;
const typeOf = { float32: 1, int8: 3 } as const;

/** Rows as bytes, as {@link openHeldRows} takes them. */
export interface RowCodes {
  /** `featureLength x rows` codes, -127 to 127: those of one place of every row stand together. */
  readonly codes: Int8Array;
  /** What a code of 1 is in each row. */
  readonly steps: Float32Array;
  /** What is added to each row's products. */
  readonly errors: Float32Array;
  readonly featureLength: number;
}

/** Queries as bytes, as {@link HeldRows.run} takes them. */
export interface QueryBytes {
  /** Query by query `featureLength` codes from 1 to 255, 128 being zero. */
  readonly codes: Uint8Array;
  /** What a code of 1 is in each query. */
  readonly scales: Float32Array;
}

/** Rows that are held as bytes, in the order in which the processor wants to multiply them. */
export interface HeldRows extends AsyncDisposable {
  /**
   * For each query, of every row, the dot product of the codes and the row's error added to it. Valid until the next run. It blocks the calling thread.
   */
  run(queries: QueryBytes): Promise<Float32Array>;
}

/** Opens a session that holds rows; the memory of what it is given is not used afterwards. */
export async function openHeldRows({ codes, steps, errors, featureLength }: RowCodes): Promise<HeldRows> {
  const rows = steps.length;
  const model = field(fieldOf.graph, [
    graph,
    ...constant('rows', { type: 'int8', dims: [featureLength, rows], bytes: bytesOf(codes) }),
    ...constant('steps', { type: 'float32', dims: [rows], bytes: bytesOf(steps) }),
    ...constant('errors', { type: 'float32', dims: [rows], bytes: bytesOf(errors) }),
  ]);
  const session = await openArithmetic(Buffer.concat([head, ...model]));
  let room = new Float32Array();
  return {
    async run({ codes: asked, scales }) {
      const queries = scales.length;
      // Memory of V8 for each run would be collected all the time.
      if (room.length < queries * rows) room = new Float32Array(queries * rows);
      const { reach } = await session.run(
        {
          codes: new Tensor('uint8', asked, [queries, featureLength]),
          scales: new Tensor('float32', scales, [queries, 1]),
        },
        { reach: new Tensor('float32', room.subarray(0, queries * rows), [queries, rows]) },
      );
      return floatsOf(reach, 'A product');
    },
    [Symbol.asyncDispose]: () => session.release(),
  };
}

interface Constant {
  readonly type: keyof typeof typeOf;
  readonly dims: readonly number[];
  readonly bytes: Uint8Array;
}

function constant(name: string, { type, dims, bytes }: Constant): readonly Uint8Array[] {
  return field(fieldOf.initializer, [
    ...dims.flatMap((size) => [varint(fieldOf.dims << 3), varint(size)]),
    varint(fieldOf.dataType << 3),
    varint(typeOf[type]),
    ...field(fieldOf.name, [Buffer.from(name)]),
    ...field(fieldOf.rawData, [bytes]),
  ]);
}

/** A field of protobuf's kind 2: how many bytes, and the bytes. */
function field(number: number, parts: readonly Uint8Array[]): readonly Uint8Array[] {
  const length = parts.reduce((sum, part) => sum + part.length, 0);
  return [varint((number << 3) | 2), varint(length), ...parts];
}

/** Seven bits a byte, the lowest first. */
function varint(value: number): Buffer {
  const bytes: number[] = [];
  for (let left = value; ; left = Math.floor(left / 128)) {
    if (left < 128) return Buffer.from([...bytes, left]);
    bytes.push((left % 128) | 128);
  }
}

function bytesOf({ buffer, byteOffset, byteLength }: Int8Array | Float32Array): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}

/**
 * Whether sums of products of the largest bytes are what they have to be. Processors without dot products of bytes add two products in 16 bits, where the
 * largest do not fit, and cut them off without a word.
 */
export async function areBytesExact(): Promise<boolean> {
  const [rows, featureLength, most] = [32, 256, 127];
  const codes = new Int8Array(featureLength * rows).fill(most);
  await using held = await openHeldRows({
    codes,
    steps: new Float32Array(rows).fill(1),
    errors: new Float32Array(rows),
    featureLength,
  });
  for (const queries of [1, 2, 16]) {
    const asked = {
      codes: new Uint8Array(queries * featureLength).fill(255),
      scales: new Float32Array(queries).fill(1),
    };
    if ((await held.run(asked)).some((sum) => sum !== featureLength * most * most)) return false;
  }
  return true;
}
