import { open } from 'node:fs/promises';
import { crc32 } from 'node:zlib';
import { type KeptBox } from '../core/crop.ts';
import { messageOf } from '../core/errors.ts';
import { boxAt, damaged, type IndexedItem, type IndexShard, type ItemIndex } from './open-item-index.ts';

/** Some shards of an index that are read together. */
export interface IndexBlock {
  readonly shards: readonly IndexShard[];
  /** Number of the block's first row among the rows of all blocks. */
  readonly firstRow: number;
  /** Rows that count. */
  readonly rows: number;
  /** Rows on the disk. */
  readonly storedRows: number;
}

/** Divides an index into blocks of at most `rows` rows on the disk, or of one shard where that has more. */
export function indexBlocks({ shards }: ItemIndex, rows: number): readonly IndexBlock[] {
  const blocks: IndexBlock[] = [];
  let gathered: IndexShard[] = [];
  let firstRow = 0;
  const close = (): void => {
    const inBlock = sum(gathered, countOf);
    if (inBlock > 0) {
      const storedRows = sum(gathered, ({ sidecar }) => sidecar.rows);
      blocks.push({ shards: gathered, firstRow, rows: inBlock, storedRows });
    }
    firstRow += inBlock;
    gathered = [];
  };
  for (const shard of shards) {
    if (sum([...gathered, shard], ({ sidecar }) => sidecar.rows) > rows) close();
    gathered.push(shard);
  }
  close();
  return blocks;
}

/** Says which box a row is, rows being numbered as the blocks count them. Builds a box when it is asked for. */
export function boxOfRow(blocks: readonly IndexBlock[]): (row: number) => KeptBox {
  const runs: { readonly firstRow: number; readonly shard: IndexShard; readonly item: IndexedItem }[] = [];
  let firstRow = 0;
  for (const shard of blocks.flatMap(({ shards }) => shards)) {
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
    if (run === undefined || row >= run.firstRow + run.item.rows)
      throw new TypeError(`Expected \`row\` to be one of ${firstRow}, got ${row}`);
    return boxAt(run.shard.sidecar, run.item, run.item.firstRow + row - run.firstRow);
  };
}

/** Options of {@link readBlock}. */
export interface ReadBlockOptions {
  /** Where the features go: room for `storedRows`. What counts is at its beginning afterwards. */
  readonly features: Float32Array<ArrayBuffer>;
  readonly featureLength: number;
  /** Whether the checksums are looked at. */
  readonly isChecked: boolean;
}

/**
 * Reads the features of a block.
 *
 * @throws PipelineError `store-invalid` that names the file when one is missing or damaged.
 */
export async function readBlock({ shards }: IndexBlock, options: ReadBlockOptions): Promise<void> {
  const { features, featureLength, isChecked } = options;
  const bytes = new Uint8Array(features.buffer);
  const size = featureLength * 4;
  let row = 0;
  const places = shards.map((shard) => {
    const first = row;
    row += shard.sidecar.rows;
    return { shard, first, part: bytes.subarray(first * size, row * size) };
  });
  await Promise.all(places.map(({ shard, part }) => fill(shard, part, isChecked)));

  let to = 0;
  for (const { shard, first } of places) {
    for (const { firstRow, rows } of shard.items) {
      const from = first + firstRow;
      if (from !== to) features.copyWithin(to * featureLength, from * featureLength, (from + rows) * featureLength);
      to += rows;
    }
  }
}

async function fill({ path, sidecar }: IndexShard, part: Uint8Array, isChecked: boolean): Promise<void> {
  const file = `${path}.f32`;
  const bytes = await readWhole(file, part).catch((cause: unknown) => {
    throw damaged(file, messageOf(cause), cause);
  });
  if (bytes !== part.length)
    throw damaged(file, `${bytes} bytes for ${sidecar.rows} features of ${sidecar.featureLength}`);
  if (isChecked && crc32(part) !== sidecar.crc32) throw damaged(file, 'the checksum does not fit');
}

/** Fills `part` from the file, and resolves with the size of the file. */
async function readWhole(path: string, part: Uint8Array): Promise<number> {
  await using file = await open(path);
  const { size } = await file.stat();
  let at = 0;
  while (at < part.length) {
    const { bytesRead } = await file.read(part, at, part.length - at, at);
    if (bytesRead === 0) break;
    at += bytesRead;
  }
  return size;
}

function countOf({ items }: IndexShard): number {
  return sum(items, ({ rows }) => rows);
}

function sum<T>(values: readonly T[], numberOf: (value: T) => number): number {
  return values.reduce((total, value) => total + numberOf(value), 0);
}
