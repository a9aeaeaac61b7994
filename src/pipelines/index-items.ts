import pLimit from 'p-limit';
import { lastValueFrom, scan, startWith, tap } from 'rxjs';
import { assertKeys, assertOneOf, assertPath, type EveryKey } from '../core/assert.ts';
import { type FrameSource } from '../core/frame-source.ts';
import { untilAborted } from '../flow/until-aborted.ts';
import { whileClaimed } from '../io/claim-folder.ts';
import { type DatasetItem, openShop } from '../io/dataset.ts';
import { assertWholeIndex } from '../io/assert-whole-index.ts';
import { arePicturesMarked } from '../io/mark-picture.ts';
import { type ItemIndex, openItemIndex } from '../io/open-item-index.ts';
import { removeTemporaries } from '../io/write-file-whole.ts';
import { createItemIndex } from '../io/write-item-index.ts';
import { resizePicture } from '../media/resize-picture.ts';
import { loadManifest, type ModelSet } from '../models/load-manifest.ts';
import { openModels } from '../models/open-models.ts';
import { boxGraph, type StoredSource } from './box-graph.ts';
import { itemSources } from './dataset-sources.ts';
import { graphOptionKeys, type GraphOptions, type GraphSettings, graphSettings } from './graph-options.ts';
import { contentOf, type IndexFacts, type IndexReport, indexReport } from './index-report.ts';
import { createItemSink, type SinkCounts } from './item-sink.ts';
import { createPendingWork } from './pending-work.ts';
import { pictureDecoder } from './picture-decoder.ts';
import { reusedCrops } from './reused-crops.ts';
import { addSource, emptyTally, type Progress, progressOf, type Tally } from './run-tally.ts';
import { type VitalsMonitor, watchVitals } from './run-vitals.ts';

/** What {@link indexItems} does with an index. */
export type IndexMode = (typeof indexModes)[number];

const indexModes = ['create', 'add', 'replace'] as const;

/** Options of {@link indexItems}. */
export interface IndexItemsOptions extends GraphOptions {
  /** Folder with `image/<item>/<n>.jpg`; whatever else it holds is of no matter. */
  readonly root: string;
  /** Folder of the index. */
  readonly index: string;
  /**
   * `create` makes the index, which must not be there. `add` adds the items of the shop to one that is there; an item that it holds with the same
   * pictures is skipped, one with other pictures is replaced. `replace` does not skip, and so mends an index that has lost features of these items.
   *
   * @defaultValue `'add'`
   */
  readonly mode?: IndexMode;
  /** Stops the work; its reason comes out. Items that are whole stay in the index. */
  readonly signal?: AbortSignal;
  /** Told at the begin and whenever an item is dealt with. */
  readonly onProgress?: (progress: Progress) => void;
}

const optionKeys: EveryKey<IndexItemsOptions> = {
  ...graphOptionKeys,
  root: true,
  index: true,
  mode: true,
  signal: true,
  onProgress: true,
};

/**
 * Embeds the pictures of a shop's items and keeps them in an index, for `openGallery` to search.
 *
 * Items go in by id, a few dozen at a time, so an index whose making was cut short holds a beginning of them, and an `add` of the same shop goes on
 * from there. Pictures that cannot be read are accounted for and do not stop the work: the item is kept with its others, and is looked at again
 * by the next `add`; one without any is left as it is. What an index holds depends on the pictures and the models alone.
 *
 * @example const { items } = await indexItems({ root: 'shop', index: 'shop.vitrine', mode: 'create' });
 * @throws TypeError when an option is out of range, before anything is read or written.
 * @throws PipelineError `options-invalid` when an index is to be made where something is; `dataset-invalid`, `store-invalid`, `manifest-invalid`,
 * `model-invalid`, `device-unavailable`, `inference-failed` or `file-unwritable`.
 */
export async function indexItems(options: IndexItemsOptions): Promise<IndexReport> {
  assertKeys('options', options, optionKeys);
  const settings = graphSettings(options);
  const { root, index, mode = 'add' } = options;
  assertPath('root', root);
  assertPath('index', index);
  assertOneOf('mode', mode, indexModes);
  return whileClaimed([index], () => putIn(options, settings, mode));
}

async function putIn(options: IndexItemsOptions, settings: GraphSettings, mode: IndexMode): Promise<IndexReport> {
  const { root, index: folder, signal } = options;
  const startedAt = new Date().toISOString();
  using vitals = watchVitals();

  const [shop, set] = await Promise.all([openShop(root), loadManifest(settings.models)]);
  signal?.throwIfAborted();
  const model = { name: set.name, fingerprint: set.fingerprint };
  if (mode === 'create') await createEmpty(folder, set);
  const before = await openItemIndex(folder, { model });
  await removeTemporaries(folder, { recursive: true });
  if (mode === 'add') assertWholeIndex(before); // What is replaced may be what is damaged.
  const unchanged = mode === 'add' ? await unchangedItems(shop.items, before) : new Set<string>();
  signal?.throwIfAborted();

  const run: EmbedItems = { options, settings, vitals, index: before, unchanged };
  const embedded = await embedItems(shop.items, run);
  const after = await openItemIndex(folder, { model });
  assertWholeIndex(after);
  return indexReport({
    root,
    index: folder,
    mode,
    startedAt,
    ...embedded,
    settings,
    models: { folder: settings.models, ...model },
    ignored: shop.ignored,
    content: contentOf(after),
    vitals: vitals.read(),
  });
}

async function createEmpty(
  folder: string,
  { name, fingerprint, embedders, detector, cropSizes }: ModelSet,
): Promise<void> {
  await createItemIndex(folder, {
    model: { name, fingerprint },
    featureLength: embedders.reduce((sum, { featureLength }) => sum + featureLength, 0),
    options: { ...detector.pictures, maxSide: detector.maxSide, cropSizes },
  });
}

/** Items of which the index holds these very pictures. */
async function unchangedItems(items: readonly DatasetItem[], index: ItemIndex): Promise<ReadonlySet<string>> {
  const limit = pLimit(16);
  const same = await Promise.all(
    items.map(({ id, pictures }) =>
      limit(async () => {
        const known = index.items.get(id);
        return known !== undefined && (await arePicturesMarked(pictures, known.pictures)) ? [id] : [];
      }),
    ),
  );
  return new Set(same.flat());
}

interface EmbedItems {
  readonly options: IndexItemsOptions;
  readonly settings: GraphSettings;
  readonly vitals: VitalsMonitor;
  readonly index: ItemIndex;
  readonly unchanged: ReadonlySet<string>;
}

type EmbeddedItems = Pick<IndexFacts, 'tally' | 'items' | 'device' | 'stages' | 'credit' | 'warmUpMs' | 'inferenceMs'>;

/** Runs the graph over the items that are not unchanged; when it returns, all that it opened is closed and all that it wrote is on the disk. */
async function embedItems(all: readonly DatasetItem[], run: EmbedItems): Promise<EmbeddedItems> {
  const { options, settings, vitals, index, unchanged } = run;
  const { signal, onProgress } = options;
  const { models: folder, device, lanes, flow } = settings;
  const total = all.reduce((sum, { pictures }) => sum + pictures.length, 0);
  const report = (tally: Tally): void => onProgress?.(progressOf(tally, { total, elapsedMs: vitals.read().elapsedMs }));

  const left = all.filter(({ id }) => unchanged.has(id));
  const start = itemSources(left).map(leftAlone).reduce(addSource, emptyTally);
  const sources = itemSources(all.filter(({ id }) => !unchanged.has(id)));
  const itemsOf = (counts: SinkCounts): IndexFacts['items'] => ({
    total: all.length,
    ...counts,
    unchanged: left.length,
  });
  if (sources.length === 0) {
    report(start);
    return { tally: start, items: itemsOf({ added: 0, replaced: 0, failed: 0 }), warmUpMs: 0, inferenceMs: 0 };
  }

  await using models = await openModels({ folder, device, lanes, resize: resizePicture, signal, ...flow });
  const { detector, embedder, warmUpMs } = models;
  const startedMs = vitals.read().elapsedMs;
  // Closed in the other order: what is under way ends, then what is whole is written, also after an error or an abort.
  await using sink = createItemSink(index, sources);
  await using pending = createPendingWork();
  const graph = boxGraph(
    sources,
    {
      decode: sink.watch(pictureDecoder({ openPictures: flow.concurrency, pending })),
      detector,
      ...reusedCrops(),
      embedder,
      write: (owner, boxes) => sink.write(owner, boxes),
    },
    { ...flow, lanes: models.device.lanes },
  );
  const tally = await lastValueFrom(
    graph.stored$.pipe(scan(addSource, start), startWith(start), tap(report), untilAborted(signal)),
  );
  return {
    tally,
    items: itemsOf(sink.counts),
    device: models.device,
    stages: graph.readStages(),
    credit: { totalBytes: graph.bytes.total, peakBytes: graph.bytes.peak },
    warmUpMs,
    inferenceMs: vitals.read().elapsedMs - startedMs,
  };
}

/** An item of which nothing was looked at. */
function leftAlone({ owner, inputs }: FrameSource): StoredSource {
  const reason = 'Its item is in the index with the same pictures';
  return {
    owner,
    boxes: 0,
    frames: 0,
    emptyFrames: 0,
    droppedBoxes: 0,
    outcomes: inputs.map(({ path }) => ({ owner, path, status: 'skipped', frames: 0, missing: 0, reason })),
  };
}
