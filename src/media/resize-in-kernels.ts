import { type RgbImage } from '../core/rgb-image.ts';
import { copyRows } from './copy-rows.ts';
import { kernelMemory, pixelKernels } from './pixel-kernels.ts';
import { type TriangleFilter } from './triangle-filter.ts';

/** Most samples in a window for which the kernels have room. */
export const longestWindow = 2048;

/** `across` works on so many rows at a time. */
const rowsAtOnce = 4;
/** `down` works on so many samples at a time. */
const samplesAtOnce = 16;
/** A weight is two parts for the kernels; this is the lower one. */
const lowBits = 11;

/** What {@link resizeInKernels} makes. */
export interface Resizing {
  /** Windows of the columns and of the rows, none longer than {@link longestWindow}. */
  readonly columns: TriangleFilter;
  readonly rows: TriangleFilter;
  /** Size of the result in pixels. */
  readonly width: number;
  readonly height: number;
  /** Memory for the result, of so many bytes. */
  readonly take: (bytes: number) => Uint8Array;
}

/** Weighted sums of pixels across, rounded to 8 bits, and of those down; as many columns at a time as there is room for, one below the other. */
export function resizeInKernels(image: RgbImage, resizing: Resizing): Uint8Array {
  const data = resizing.take(resizing.width * resizing.height * 3);
  const most = mostColumns(resizing);
  for (let from = 0; from < resizing.width; from += most) {
    resizeColumns(image, { ...resizing, from, to: Math.min(from + most, resizing.width), data });
  }
  return data;
}

/**
 * Most columns for which every part of the kernels' memory has room, and at least one is always had. The other parts have it where these two do: for a
 * pixel of the picture the table takes at least 8 bytes of 64 KiB, and four rows 12 of 128 KiB.
 */
function mostColumns({ columns, rows, width }: Resizing): number {
  let most = width;
  const isRoomy = (): boolean =>
    most * entryBytes(columns) <= kernelMemory.columns.bytes &&
    (2 * rows.length + rowsAtOnce) * strideOf(most * 3) <= kernelMemory.wide.bytes;
  while (!isRoomy()) most = Math.ceil(most / 2);
  return most;
}

interface Columns extends Resizing {
  /** First column to be made, and the one after the last. */
  readonly from: number;
  readonly to: number;
  readonly data: Uint8Array;
}

function resizeColumns(image: RgbImage, { columns, rows, width, height, from, to, data }: Columns): void {
  const kernels = pixelKernels();
  const samples = (to - from) * 3;
  const stride = strideOf(samples);
  const left = columns.first(from);
  const segment = (columns.end(to - 1) - left) * 3;
  const { columns: columnTable, rows: rowTable, source, wide, target } = kernelMemory;
  writeTable(columns, { at: columnTable.at, from, to, origin: left, step: 3 });
  const bandRows = Math.floor(source.bytes / segment / rowsAtOnce) * rowsAtOnce;
  // A window that the edge cuts short is read to its full length, at weight 0: `across` runs on into `wide`, but nothing comes after that for
  // `down`. And `across` writes whole fours of rows.
  const wideRows = Math.floor(wide.bytes / stride) - rows.length - rowsAtOnce;
  const targetRows = Math.floor(Math.min((target.bytes - samplesAtOnce) / samples, rowTable.bytes / entryBytes(rows)));

  // `wide` holds the rows from `first` to `ready`.
  for (let y = 0, first = 0, ready = 0; y < height; ) {
    const start = rows.first(y);
    kernels.bytes.copyWithin(wide.at, wide.at + (start - first) * stride, wide.at + (ready - first) * stride);
    first = start;
    let stop = y + 1;
    while (stop < height && stop - y < targetRows && rows.end(stop) - first <= wideRows) stop += 1;

    for (const end = rows.end(stop - 1); ready < end; ) {
      const count = Math.min(bandRows, end - ready);
      copyRows(image.data, kernels.bytes, {
        from: (ready * image.width + left) * 3,
        fromStride: image.width * 3,
        to: source.at,
        toStride: segment,
        bytes: segment,
        rows: count,
      });
      const at = wide.at + (ready - first) * stride;
      kernels.across(source.at, segment, count, columnTable.at, columns.length / 2, to - from, at, stride);
      ready += count;
    }

    writeTable(rows, { at: rowTable.at, from: y, to: stop, origin: first, step: stride });
    kernels.down(wide.at, stride, stop - y, rowTable.at, rows.length / 2, samples, target.at);
    copyRows(kernels.bytes, data, {
      from: target.at,
      fromStride: samples,
      to: (y * width + from) * 3,
      toStride: width * 3,
      bytes: samples,
      rows: stop - y,
    });
    y = stop;
  }
}

interface Table {
  /** Where it is in the kernels' memory. */
  readonly at: number;
  /** The first output that has an entry, and the one after the last. */
  readonly from: number;
  readonly to: number;
  /** The sample that is at offset 0, and the bytes from one sample to the next. */
  readonly origin: number;
  readonly step: number;
}

/** Writes the windows of some outputs as the kernels want them. */
function writeTable(filter: TriangleFilter, { at, from, to, origin, step }: Table): void {
  const { words } = pixelKernels();
  const low = (1 << lowBits) - 1;
  for (let index = from, word = at / 4; index < to; index += 1) {
    const weights = filter.weigh(index);
    words[word] = (filter.first(index) - origin) * step;
    word += 1;
    for (let k = 0; k < filter.length; k += 2, word += 2) {
      words[word] = (weights[k]! & low) | ((weights[k + 1]! & low) << 16);
      words[word + 1] = (weights[k]! >> lowBits) | ((weights[k + 1]! >> lowBits) << 16);
    }
  }
}

/** Bytes of an entry of a table. */
function entryBytes({ length }: TriangleFilter): number {
  return 4 + 4 * length;
}

/** Bytes from one row of `wide` to the next: whole vectors, with room for the byte that is written after a row. */
function strideOf(samples: number): number {
  return Math.ceil((samples + 1) / samplesAtOnce) * samplesAtOnce;
}
