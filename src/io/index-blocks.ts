import { closeSync, fstatSync, openSync, readSync, statSync } from 'node:fs';
import { crc32 } from 'node:zlib';
import { type KeptBox } from '../core/crop.ts';
import { messageOf } from '../core/errors.ts';
import { boxAt, damaged, type IndexedItem, type IndexShard, type ItemIndex } from './open-item-index.ts';

/** Some shards of an index that are read together. Plain data, so that another thread can do it. */
export interface IndexBlock {
  readonly files: readonly BlockFile[];
  readonly featureLength: number;
  /** Number of the block's first row among the rows of all blocks. */
  readonly firstRow: number;
  /** Rows that count. */
  readonly rows: number;
  /** Rows on the disk. */
  readonly storedRows: number;
}

/** The features of one shard. */
export interface BlockFile {
  readonly path: string;
  readonly rows: number;
  readonly crc32: number;
  /** Which rows count, rising. */
  readonly runs: readonly { readonly firstRow: number; readonly rows: number }[];
}

/** Divides an index into blocks of at most `rows` rows on the disk, or of one shard where that has more. */
export function indexBlocks(
  { shards, featureLength }: Pick<ItemIndex, 'shards' | 'featureLength'>,
  rows: number,
): readonly IndexBlock[] {
  const blocks: IndexBlock[] = [];
  let files: BlockFile[] = [];
  let storedRows = 0;
  let firstRow = 0;
  const close = (): void => {
    const counting = sum(files.flatMap(({ runs }) => runs));
    if (counting > 0) blocks.push({ files, featureLength, firstRow, rows: counting, storedRows });
    firstRow += counting;
    files = [];
    storedRows = 0;
  };
  for (const { path, sidecar, items } of shards) {
    if (storedRows + sidecar.rows > rows) close();
    storedRows += sidecar.rows;
    files.push({ path: `${path}.f32`, rows: sidecar.rows, crc32: sidecar.crc32, runs: runsOf(items) });
  }
  close();
  return blocks;
}

/** Says which box a row is, rows being numbered as the blocks of the index count them. Builds a box when it is asked for. */
export function boxOfRow({ shards }: Pick<ItemIndex, 'shards'>): (row: number) => KeptBox {
  const runs: { readonly firstRow: number; readonly shard: IndexShard; readonly item: IndexedItem }[] = [];
  let firstRow = 0;
  for (const shard of shards) {
    for (const item of shard.items) {
      if (item.rows > 0) runs.push({ firstRow, shard, item });
      firstRow += item.rows;
    }
  }
  return (row) => {
    let low = 0;
    let high = runs.length;
    while (high - low > 1) {
      const middle = (low + high) >>> 1;
      if ((runs[middle]?.firstRow ?? 0) <= row) low = middle;
      else high = middle;
    }
    const run = runs[low];
    if (run === undefined || row >= run.firstRow + run.item.rows) {
      throw new TypeError(`Expected \`row\` to be one of ${firstRow}, got ${row}`);
    }
    return boxAt(run.shard.sidecar, run.item, run.item.firstRow + row - run.firstRow);
  };
}

/**
 * Sees that all files of some blocks are there and of the right size. It blocks the calling thread, for some microseconds a file.
 *
 * @throws PipelineError `store-invalid` that names the file which is not.
 */
export function assertStored(blocks: readonly IndexBlock[]): void {
  for (const { files, featureLength } of blocks) {
    for (const { path, rows } of files) assertSize(path, sizeOf(path), { rows, featureLength });
  }
}

/** Options of {@link readBlock}. */
export interface ReadBlockOptions {
  /** Where the features go: room for `storedRows`. What counts is at its beginning afterwards. */
  readonly features: Float32Array<ArrayBuffer>;
  /** Whether the checksums are looked at. */
  readonly isChecked: boolean;
}

/**
 * Reads the features of a block. It blocks the calling thread, which should be one for such work: there it takes a third of the time of reading with promises.
 *
 * @throws PipelineError `store-invalid` that names the file when one is missing or damaged.
 */
export function readBlock({ files, featureLength }: IndexBlock, { features, isChecked }: ReadBlockOptions): void {
  let stored = 0;
  let kept = 0;
  for (const file of files) {
    const part = features.subarray(stored * featureLength, (stored + file.rows) * featureLength);
    readPart(file, { part, featureLength, isChecked });
    for (const { firstRow, rows } of file.runs) {
      const from = stored + firstRow;
      if (from !== kept) {
        features.copyWithin(kept * featureLength, from * featureLength, (from + rows) * featureLength);
      }
      kept += rows;
    }
    stored += file.rows;
  }
}

interface ReadPart {
  readonly part: Float32Array<ArrayBuffer>;
  readonly featureLength: number;
  readonly isChecked: boolean;
}

function readPart({ path, rows, crc32: expected }: BlockFile, { part, featureLength, isChecked }: ReadPart): void {
  const bytes = new Uint8Array(part.buffer, part.byteOffset, part.byteLength);
  assertSize(path, fill(path, bytes), { rows, featureLength });
  if (isChecked && crc32(bytes) !== expected) throw damaged(path, 'the checksum does not fit');
}

function assertSize(
  path: string,
  size: number,
  { rows, featureLength }: { readonly rows: number; readonly featureLength: number },
): void {
  if (size !== rows * featureLength * 4) throw damaged(path, `${size} bytes for ${rows} features of ${featureLength}`);
}

function sizeOf(path: string): number {
  try {
    return statSync(path).size;
  } catch (cause) {
    throw damaged(path, messageOf(cause), cause);
  }
}

/** Fills `bytes` from the file, and returns the size of the file. */
function fill(path: string, bytes: Uint8Array): number {
  let file: number | undefined;
  try {
    file = openSync(path, 'r');
    const { size } = fstatSync(file);
    for (let at = 0; at < bytes.length; ) {
      const read = readSync(file, bytes, at, bytes.length - at, at);
      if (read === 0) break;
      at += read;
    }
    return size;
  } catch (cause) {
    throw damaged(path, messageOf(cause), cause);
  } finally {
    if (file !== undefined) closeSync(file);
  }
}

/** The rows of some items, those that stand one after the other taken together. */
function runsOf(items: readonly IndexedItem[]): BlockFile['runs'] {
  const runs: { firstRow: number; rows: number }[] = [];
  for (const { firstRow, rows } of items) {
    const last = runs.at(-1);
    if (last !== undefined && last.firstRow + last.rows === firstRow) last.rows += rows;
    else runs.push({ firstRow, rows });
  }
  return runs;
}

function sum(values: readonly { readonly rows: number }[]): number {
  return values.reduce((total, { rows }) => total + rows, 0);
}
