import { z } from 'zod';
import { messageOf, PipelineError } from '../core/errors.ts';
import { type Arrow, type LanceTable, loadLance } from './load-lance.ts';

/** How a table's graph of neighbours is made and searched. */
export interface GraphSettings {
  /** Graphs that the vectors are divided into: an integer, at least 1. All are searched. */
  readonly partitions: number;
  /** Neighbours of a vector in its graph: an integer, at least 2. */
  readonly neighbours: number;
  /** Candidates that are looked at for each vector that goes in: an integer, at least 1. */
  readonly effort: number;
}

/** Some vectors and the numbers that they go by. */
export interface VectorBatch {
  /** `ids.length x featureLength` numbers. */
  readonly features: Float32Array;
  readonly ids: Uint32Array;
}

/** Vectors on the disk with a graph of neighbours, in LanceDB. */
export interface VectorTable extends Disposable {
  /** The numbers of some vectors that are near, nearly always the nearest ones; fewer than `count` where there are fewer. */
  nearest(query: Float32Array, how: NearestOptions): Promise<readonly number[]>;
}

/** Options of {@link VectorTable.nearest}. */
export interface NearestOptions {
  /** Vectors to find: an integer, at least 1. */
  readonly count: number;
  /** Candidates that are looked at in each graph: an integer, at least `count`. More find more, and take longer. */
  readonly effort: number;
  readonly partitions: number;
}

const tableName = 'boxes';

const found = z.array(z.object({ id: z.number() }));

/**
 * Writes a table and makes its index: `IVF_HNSW_SQ`, graphs over vectors of one byte a number. A table that is not finished opens as one that finds
 * less, so whoever writes it has to say elsewhere that it is done.
 *
 * @param batches of some thousand vectors each, as LanceDB keeps what came together together. At least one vector.
 * @throws PipelineError `library-missing`, `file-unwritable`.
 */
export async function writeVectorTable(
  folder: string,
  batches: Iterable<VectorBatch>,
  settings: GraphSettings & { readonly featureLength: number },
): Promise<void> {
  const { connect, Index, arrow } = await loadLance();
  const { partitions, neighbours, effort, featureLength } = settings;
  try {
    const connection = await connect(folder);
    let table: LanceTable | undefined;
    try {
      for (const batch of batches) {
        const data = arrowTable(arrow, batch, featureLength);
        if (table) await table.add(data);
        else table = await connection.createTable(tableName, data);
      }
      const config = Index.hnswSq({
        distanceType: 'l2',
        numPartitions: partitions,
        m: neighbours,
        efConstruction: effort,
      });
      await table?.createIndex('feature', { config });
    } finally {
      table?.close();
      connection.close();
    }
  } catch (cause) {
    if (cause instanceof PipelineError) throw cause; // Of a batch.
    const message = `Cannot write the approximate index ${folder}: ${messageOf(cause)}. Check the free space.`;
    throw new PipelineError('file-unwritable', message, { path: folder, cause });
  }
}

/**
 * Opens a table that {@link writeVectorTable} wrote. Its graphs are read when they are first searched, and kept in memory.
 *
 * @throws PipelineError `library-missing`, or `store-invalid` when the folder holds none; also of a search, when a file is missing or damaged.
 */
export async function openVectorTable(folder: string): Promise<VectorTable> {
  const { connect } = await loadLance();
  const failed = (cause: unknown): never => {
    const message = `The approximate index ${folder} cannot be used: ${messageOf(cause).split('\n')[0]}. Make it again: \`vitrine index approximate <index>\`.`;
    throw new PipelineError('store-invalid', message, { path: folder, cause });
  };
  const connection = await connect(folder).catch(failed);
  const table = await connection.openTable(tableName).catch((cause: unknown) => {
    connection.close();
    return failed(cause);
  });
  return {
    async nearest(query, { count, effort, partitions }) {
      const rows = await table
        .query()
        .nearestTo(query)
        .column('feature')
        .distanceType('l2')
        .nprobes(partitions)
        .ef(effort)
        .select(['id', '_distance'])
        .limit(count)
        .toArray()
        .catch(failed);
      return found.parse(rows).map(({ id }) => id);
    },
    [Symbol.dispose]() {
      table.close();
      connection.close();
    },
  };
}

/** The vectors of a batch as a table, not copied. */
function arrowTable(arrow: Arrow, { features, ids }: VectorBatch, featureLength: number): unknown {
  const { Field, FixedSizeList, Float32, RecordBatch, Schema, Struct, Table, Uint32, makeData } = arrow;
  const length = ids.length;
  const float = new Float32();
  const list = new FixedSizeList(featureLength, new Field('item', float, true));
  const id = new Uint32();
  const schema = new Schema([new Field('id', id, false), new Field('feature', list, false)]);
  const numbers = makeData({ type: float, data: features, length: length * featureLength, nullCount: 0 });
  const children = [
    makeData({ type: id, data: ids, length, nullCount: 0 }),
    makeData({ type: list, length, nullCount: 0, child: numbers }),
  ];
  const struct = makeData({ type: new Struct(schema.fields), length, nullCount: 0, children });
  return new Table(schema, [new RecordBatch(schema, struct)]);
}
