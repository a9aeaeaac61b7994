import { closeSync, fstatSync, openSync, readSync, statSync } from 'node:fs';
import { crc32 } from 'node:zlib';
import { messageOf } from '../core/errors.ts';
import { type BlockFile, type IndexBlock } from './index-blocks.ts';
import { damagedIndex } from './damaged-index.ts';

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
  if (isChecked && crc32(bytes) !== expected) throw damagedIndex(path, 'the checksum does not fit');
}

function assertSize(
  path: string,
  size: number,
  { rows, featureLength }: { readonly rows: number; readonly featureLength: number },
): void {
  if (size !== rows * featureLength * 4)
    throw damagedIndex(path, `${size} bytes for ${rows} features of ${featureLength}`);
}

function sizeOf(path: string): number {
  try {
    return statSync(path).size;
  } catch (cause) {
    throw damagedIndex(path, messageOf(cause), cause);
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
    throw damagedIndex(path, messageOf(cause), cause);
  } finally {
    if (file !== undefined) closeSync(file);
  }
}
