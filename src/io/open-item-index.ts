import { readFile as readFileCallback } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import pLimit from 'p-limit';
import { z } from 'zod';
import { compareIds } from '../core/compare-ids.ts';
import { type KeptBox } from '../core/crop.ts';
import { messageOf, PipelineError } from '../core/errors.ts';
import { damagedIndex } from './damaged-index.ts';
import { readFeatures, rowsFault } from './feature-shard.ts';
import {
  entryPlace,
  entrySchema,
  type IndexEntry,
  indexFormat,
  type IndexManifest,
  type IndexModel,
  type ItemsEntry,
  manifestSchema,
  type ShardItem,
} from './item-index-format.ts';
import { isFolder } from './is-folder.ts';
import { jsonFault } from './json-fault.ts';

/** An item and where its features are. */
export interface IndexedItem extends ShardItem {
  /** First of its rows in its shard. */
  readonly firstRow: number;
}

/** A shard and what of it counts. */
export interface IndexShard {
  /** Path of its files without extension. */
  readonly path: string;
  readonly sidecar: ItemsEntry;
  /** Items whose last word is in this shard, in the order of their rows. */
  readonly items: readonly IndexedItem[];
}

/** What an item index held when it was opened; who adds to it later does not change that. */
export interface ItemIndex extends Pick<IndexManifest, 'model' | 'featureLength' | 'options'> {
  readonly folder: string;
  /** All items by id, in the order of {@link compareIds}. */
  readonly items: ReadonlyMap<string, IndexedItem>;
  /** Shards of which something counts, oldest first. */
  readonly shards: readonly IndexShard[];
  /** Boxes of all items. */
  readonly rows: number;
  /** Boxes on the disk that count no more, as their items were replaced or removed. */
  readonly staleRows: number;
  /** Place of the newest entry of the log; 0 when there is none. */
  readonly place: number;
}

/** Options of {@link openItemIndex}. */
export interface OpenItemIndexOptions {
  /** Models whose features are to be compared or added; any when left out. */
  readonly model?: Partial<IndexModel> & Pick<IndexModel, 'fingerprint'>;
}

/** Without a `FileHandle` a file, which costs more than reading one. */
const readFile = promisify(readFileCallback);

/** Sidecars that are read at once. */
const openFiles = 32;

/**
 * Reads what an item index holds, without its features.
 *
 * @throws PipelineError `store-invalid` when the folder is no index, a file of it is damaged or of a newer format, or `model` is another than
 * the one that made its features.
 */
export async function openItemIndex(folder: string, { model }: OpenItemIndexOptions = {}): Promise<ItemIndex> {
  const manifest = await readManifest(folder);
  if (model !== undefined && model.fingerprint !== manifest.model.fingerprint) {
    throw otherModel(folder, manifest.model, model);
  }
  const log = join(folder, 'shards');
  const names = await readdir(log).catch((cause: unknown) => {
    throw damagedIndex(log, messageOf(cause), cause);
  });
  const places = names.filter((name) => entryPlace(name) !== undefined).sort(compareIds);
  const limit = pLimit(openFiles);
  const entries = await Promise.all(places.map((name) => limit(() => readEntry(join(log, name), manifest))));

  const last = new Map<string, number>();
  for (const [place, entry] of entries.entries()) for (const id of idsOf(entry)) last.set(id, place);
  const shards: IndexShard[] = [];
  let written = 0;
  for (const [place, sidecar] of entries.entries()) {
    if (sidecar.kind === 'removal') continue;
    written += sidecar.rows;
    const items = placed(sidecar).filter(({ id }) => last.get(id) === place);
    if (items.length > 0) shards.push({ path: join(log, (places[place] ?? '').slice(0, -5)), sidecar, items });
  }
  const items = shards.flatMap((shard) => shard.items).sort((a, b) => compareIds(a.id, b.id));
  const rows = items.reduce((sum, item) => sum + item.rows, 0);
  return {
    folder,
    model: manifest.model,
    featureLength: manifest.featureLength,
    options: manifest.options,
    items: new Map(items.map((item) => [item.id, item])),
    shards,
    rows,
    staleRows: written - rows,
    place: entryPlace(places.at(-1) ?? '') ?? 0,
  };
}

/**
 * Features of all rows of a shard, also of those that do not count.
 *
 * @throws PipelineError `store-invalid` when the file is missing or damaged.
 */
export function readIndexFeatures({ path, sidecar }: IndexShard): Promise<Float32Array> {
  return readFeatures(`${path}.f32`, sidecar, damagedIndex);
}

/** The boxes that count of a shard, with their rows. */
export function indexBoxes({ sidecar, items }: IndexShard): readonly { readonly row: number; readonly box: KeptBox }[] {
  return items.flatMap((item) =>
    Array.from({ length: item.rows }, (_, index) => {
      const row = item.firstRow + index;
      return { row, box: boxAt(sidecar, item, row) };
    }),
  );
}

/** The box of an item that a row of its shard is. */
export function boxAt({ frames, boxIndexes, boxes, scores }: ItemsEntry, { id }: IndexedItem, row: number): KeptBox {
  return {
    owner: { side: 'query', id },
    frame: frames[row] ?? '',
    boxIndex: boxIndexes[row] ?? 0,
    box: boxes[row] ?? [0, 0, 0, 0],
    score: scores[row] ?? 0,
  };
}

async function readManifest(folder: string): Promise<IndexManifest> {
  const path = join(folder, 'index.json');
  const text = await readFile(path, 'utf8').catch(async (cause: unknown) => {
    const shop = dirname(path); // Without the slash at its end.
    const way = (await isFolder(join(folder, 'image'))) ? `${shop} --out ${shop}.vitrine` : `<root> --out ${folder}`;
    const message = `No item index at ${folder}: ${messageOf(cause)}. \`vitrine index ${way}\` makes one.`;
    throw new PipelineError('store-invalid', message, { path, cause });
  });
  return parse(path, text, manifestSchema);
}

async function readEntry(path: string, { model, featureLength }: IndexManifest): Promise<IndexEntry> {
  const text = await readFile(path, 'utf8').catch((cause: unknown) => {
    throw damagedIndex(path, messageOf(cause), cause);
  });
  const entry = parse(path, text, entrySchema);
  if (entry.kind === 'removal') return entry;
  if (entry.model !== model.fingerprint) {
    throw damagedIndex(path, `made by models ${entry.model}, the index by ${model.fingerprint}`);
  }
  if (entry.featureLength !== featureLength) {
    throw damagedIndex(path, `features of ${entry.featureLength} numbers, those of the index have ${featureLength}`);
  }
  const inItems = entry.items.reduce((sum, { rows }) => sum + rows, 0);
  const fault = rowsFault(entry) ?? (inItems === entry.rows ? undefined : `items of ${inItems} rows for ${entry.rows}`);
  if (fault !== undefined) throw damagedIndex(path, fault);
  return entry;
}

const anyFormat = z.object({ format: z.number() });

function parse<T>(path: string, text: string, schema: z.ZodType<T>): T {
  try {
    const value: unknown = JSON.parse(text);
    const { data } = anyFormat.safeParse(value);
    if (data !== undefined && data.format > indexFormat) {
      const message = `Item index: ${path} has format ${data.format}, and this Vitrine reads ${indexFormat}. Update Vitrine.`;
      throw new PipelineError('store-invalid', message, { path });
    }
    return schema.parse(value);
  } catch (cause) {
    if (cause instanceof PipelineError) throw cause;
    throw damagedIndex(path, jsonFault(cause), cause);
  }
}

function idsOf(entry: IndexEntry): readonly string[] {
  return entry.kind === 'removal' ? entry.ids : entry.items.map(({ id }) => id);
}

function placed({ items }: ItemsEntry): readonly IndexedItem[] {
  let firstRow = 0;
  return items.map((item) => {
    const one = { ...item, firstRow };
    firstRow += item.rows;
    return one;
  });
}

function otherModel(
  folder: string,
  has: IndexModel,
  asked: Partial<IndexModel> & Pick<IndexModel, 'fingerprint'>,
): PipelineError {
  const what = ({ name, fingerprint }: typeof asked): string =>
    `${name === undefined ? 'the models of' : `models ${name},`} fingerprint ${fingerprint.slice(0, 12)}`;
  const message =
    `The index ${folder} holds features of ${what(has)}. Those of ${what(asked)} cannot be compared with them. ` +
    `Name the models that it was made with as --models, or make a new index: \`vitrine index <root> --out <folder>\`.`;
  return new PipelineError('store-invalid', message, { path: folder });
}
