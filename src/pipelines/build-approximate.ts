import { join } from 'node:path';
import { from, lastValueFrom } from 'rxjs';
import { assertInteger, assertKeys, assertPath, type EveryKey } from '../core/assert.ts';
import { defaultApproximate } from '../core/defaults.ts';
import { PipelineError } from '../core/errors.ts';
import { untilAborted } from '../flow/until-aborted.ts';
import {
  adoptTable,
  type ApproximateManifest,
  type MeasuredRecall,
  newTableName,
  readApproximate,
  removeOtherTables,
  tableBatches,
  tableShards,
} from '../io/approximate-index.ts';
import { whileClaimed } from '../io/claim-folder.ts';
import { lanceVersion, loadLance } from '../io/load-lance.ts';
import { type ItemIndex, openItemIndex } from '../io/open-item-index.ts';
import { removeFolder } from '../io/remove-folder.ts';
import { writeVectorTable } from '../io/vector-table.ts';
import { openApproximateSearch } from './approximate-search.ts';
import { measureRecall } from './measure-recall.ts';

/** Options of {@link buildApproximate}. */
export interface BuildApproximateOptions {
  /**
   * Candidates that a search looks at in each graph: an integer, at least 10. More find more, and take longer. @defaultValue `200`
   */
  readonly searchEffort?: number;
  /** Boxes of the index that ask, to measure how many of the nearest are found: an integer, at least 1. @defaultValue `200` */
  readonly sample?: number;
  /** Stops the work; its reason comes out, and the index is as it was. What LanceDB is at then goes on until it is done. */
  readonly signal?: AbortSignal;
  /** Told when a part of the work begins. */
  readonly onPhase?: (phase: BuildPhase) => void;
}

const optionKeys: EveryKey<BuildApproximateOptions> = {
  searchEffort: true,
  sample: true,
  signal: true,
  onPhase: true,
};

/** What {@link buildApproximate} is at. */
export type BuildPhase = 'linking' | 'measuring';

/** What {@link buildApproximate} made. */
export interface ApproximateReport {
  readonly index: string;
  /** Boxes that the graphs hold. */
  readonly boxes: number;
  readonly settings: ApproximateManifest['settings'];
  readonly measured: MeasuredRecall;
  /** Time of writing and linking the graphs, in milliseconds. */
  readonly buildMs: number;
}

/** Boxes that are handed to LanceDB at once: 64 MiB of features of 2048 numbers. */
const batchRows = 8192;

/** Boxes in one graph. Four graphs of 25,000 boxes took a third of the time of one of 100,000 to make, and find more, as all are searched. */
const rowsPerGraph = 2 ** 15;

/** Nearest boxes that are asked for to measure. */
const measuredHits = 10;

/**
 * Makes graphs of neighbours of all boxes of an index, for `openGallery` to search with `approximate`, in place of those that were made before; and measures
 * what they find.
 *
 * They stay of use when items are added and removed, see `openGallery`. Made anew they hold what was added, too. One call at a time; galleries that search
 * those that are replaced fail then. A call that is killed leaves what was there before, and a folder that the next call removes.
 *
 * @example const { measured } = await buildApproximate('shop.vitrine');
 * @throws TypeError when an option is out of range.
 * @throws PipelineError `library-missing` when LanceDB is not installed, `store-invalid`, `file-unwritable`.
 */
export async function buildApproximate(
  folder: string,
  options: BuildApproximateOptions = {},
): Promise<ApproximateReport> {
  const { searchEffort = defaultApproximate.searchEffort, sample = defaultApproximate.sample, signal } = options;
  assertPath('index', folder);
  assertKeys('options', options, optionKeys);
  assertInteger('searchEffort', searchEffort, 10, 100_000);
  assertInteger('sample', sample, 1, 100_000);
  signal?.throwIfAborted();
  await loadLance();
  return whileClaimed([folder], () => replaceTable(folder, { searchEffort, sample, options }));
}

interface ReplaceTable extends Pick<Build, 'sample' | 'options'> {
  readonly searchEffort: number;
}

async function replaceTable(
  folder: string,
  { searchEffort, sample, options }: ReplaceTable,
): Promise<ApproximateReport> {
  const index = await openItemIndex(folder);
  if (index.rows === 0) {
    const message = `The index ${folder} holds no box. Add items first: \`vitrine index add <root> --index ${folder}\`.`;
    throw new PipelineError('store-invalid', message, { path: folder });
  }
  await removeOtherTables(folder, (await readApproximate(folder).catch(() => undefined))?.table);

  const manifest = manifestOf(index, searchEffort);
  const table = join(folder, manifest.table);
  try {
    return await build(index, { manifest, table, sample, options });
  } catch (error) {
    // LanceDB may still be writing to it; what is left then is removed by the next call.
    await removeFolder(table).catch(() => undefined);
    options.signal?.throwIfAborted();
    throw error;
  }
}

interface Build {
  readonly manifest: Omit<ApproximateManifest, 'measured'>;
  /** Folder of the table. */
  readonly table: string;
  readonly sample: number;
  readonly options: BuildApproximateOptions;
}

async function build(index: ItemIndex, { manifest, table, sample, options }: Build): Promise<ApproximateReport> {
  const { signal, onPhase } = options;
  const { settings, rows } = manifest;
  onPhase?.('linking');
  const start = performance.now();
  const batches = abortable(tableBatches(index, batchRows), signal);
  const writing = writeVectorTable(table, batches, { ...settings, featureLength: index.featureLength });
  await lastValueFrom(from(writing).pipe(untilAborted(signal)));
  const buildMs = performance.now() - start;

  onPhase?.('measuring');
  await using search = await openApproximateSearch(index, manifest, { memoryBytes: 0, threads: 1, signal });
  const measured = await measureRecall(index, search, { k: measuredHits, sample, signal });
  await adoptTable(index.folder, { ...manifest, measured });
  return { index: index.folder, boxes: rows, settings, measured, buildMs };
}

function manifestOf(index: ItemIndex, searchEffort: number): Build['manifest'] {
  const partitions = Math.ceil(index.rows / rowsPerGraph);
  return {
    format: 1,
    kind: 'vitrine approximate index',
    model: index.model.fingerprint,
    library: { name: '@lancedb/lancedb', version: lanceVersion },
    table: newTableName(),
    rows: index.rows,
    shards: tableShards(index),
    settings: { partitions, neighbours: 20, effort: 100, searchEffort },
  };
}

function* abortable<T>(values: Iterable<T>, signal: AbortSignal | undefined): Generator<T> {
  for (const value of values) {
    signal?.throwIfAborted();
    yield value;
  }
}
