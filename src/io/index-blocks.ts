import { type KeptBox } from '../core/crop.ts';
import { boxAt, type IndexedItem, type IndexShard, type ItemIndex } from './open-item-index.ts';

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
