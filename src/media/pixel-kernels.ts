import { PipelineError, messageOf } from '../core/errors.ts';
import { pixelKernelsCode } from './pixel-kernels-code.ts';

/**
 * Parts of the kernels' memory, one after the other, 512 KiB in all whatever the size of the pictures: about the second-level cache of a core. What
 * does not fit is worked on piece by piece.
 */
export const kernelMemory: Readonly<Record<'target' | 'rows' | 'columns' | 'source' | 'wide', MemoryPart>> = {
  /** Rows of the result. */
  target: { at: 0, bytes: 64 * 1024 },
  /** Windows of the rows, and their weights. */
  rows: { at: 64 * 1024, bytes: 64 * 1024 },
  /** Windows of the columns, and their weights. */
  columns: { at: 128 * 1024, bytes: 64 * 1024 },
  /** Rows of the picture. */
  source: { at: 192 * 1024, bytes: 128 * 1024 },
  /** The same rows at the width that is wanted. */
  wide: { at: 320 * 1024, bytes: 192 * 1024 },
};

/** A part of the kernels' memory. */
export interface MemoryPart {
  /** Where it begins. */
  readonly at: number;
  readonly bytes: number;
}

/** Loops over pixels, in WebAssembly. Arguments are offsets and lengths in bytes in `bytes`, and counts. */
export interface PixelKernels {
  /** The memory. */
  readonly bytes: Uint8Array;
  /** The same memory as 32-bit numbers. */
  readonly words: Int32Array;
  /**
   * Weighted sums along rows of pixels. The table has an entry a column: the offset of the window's first pixel in its row, then, for each pair of
   * pixels, the lower 11 bits of both weights and the upper ones, 16 bits each. Works on four rows at a time, so up to three more
   * are read and written; the byte after a row is written too.
   */
  across(
    source: number,
    sourceStride: number,
    rows: number,
    table: number,
    pairs: number,
    columns: number,
    target: number,
    targetStride: number,
  ): void;
  /** Weighted sums along columns of samples, with such a table of the rows; the target has no gaps. Works on 16 samples at a time. */
  down(
    source: number,
    sourceStride: number,
    rows: number,
    table: number,
    pairs: number,
    samples: number,
    target: number,
  ): void;
  /**
   * Bilinear samples. The table of rows has four numbers an entry: the offsets of two rows and their weights in 2^11ths. The table of columns has
   * two: the offset of the first of two pixels in their row, and their weights, 16 bits each. The target has no gaps; the byte after it is written too.
   */
  between(source: number, rowTable: number, rows: number, columnTable: number, columns: number, target: number): void;
}

type Exports = Pick<PixelKernels, 'across' | 'down' | 'between'> & {
  readonly memory: { readonly buffer: ArrayBuffer };
};

/** What is used of a global of Node for which its types have no name. */
declare const WebAssembly: {
  readonly Module: new (code: Uint8Array) => object;
  readonly Instance: new (module: object) => { readonly exports: Exports };
};

let kernels: PixelKernels | undefined;

/**
 * The kernels of this thread, compiled when they are first asked for. A call of a kernel ends before anyone else gets to run, so all share one memory.
 *
 * @throws PipelineError `library-missing` where WebAssembly or its 128-bit vectors are missing.
 */
export function pixelKernels(): PixelKernels {
  kernels ??= openKernels();
  return kernels;
}

function openKernels(): PixelKernels {
  try {
    const { exports } = new WebAssembly.Instance(new WebAssembly.Module(Buffer.from(pixelKernelsCode, 'base64')));
    const { buffer } = exports.memory;
    return { ...exports, bytes: new Uint8Array(buffer), words: new Int32Array(buffer) };
  } catch (error) {
    throw new PipelineError(
      'library-missing',
      `Pictures cannot be resized, as Node ${process.version} on ${process.arch} does not run WebAssembly with 128-bit vectors: ${messageOf(error)}. ` +
        'Use Node 20.19 or later on x64 or arm64, and without --jitless',
      { cause: error },
    );
  }
}
