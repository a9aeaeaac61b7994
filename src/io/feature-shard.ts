import { readFile } from 'node:fs/promises';
import { crc32 } from 'node:zlib';
import { z } from 'zod';
import { type BoxFeature } from '../core/box-feature.ts';
import { type Box } from '../core/box.ts';
import { messageOf, type PipelineError } from '../core/errors.ts';
import { jsonFault } from './json-fault.ts';
import { writeFileWhole } from './write-file-whole.ts';

/**
 * What the JSON half of a shard says of its rows; the lists have one entry a row.
 *
 * A shard is some boxes with their features in two files of one name. `<name>.f32` holds the features, float32 in the machine's byte order, row by row.
 * `<name>.json`, the sidecar, holds the rest and is written last: a shard without it does not exist.
 */
export interface ShardRows {
  readonly rows: number;
  readonly featureLength: number;
  /** Of the `.f32` file. */
  readonly crc32: number;
  /** Names of the frames or pictures. */
  readonly frames: readonly string[];
  readonly boxIndexes: readonly number[];
  readonly boxes: readonly Box[];
  readonly scores: readonly number[];
}

/** Makes the error of a file that cannot be used. */
export type Damaged = (path: string, why: string, cause?: unknown) => PipelineError;

/** The fields of {@link ShardRows}, for the schema of a sidecar. */
export const shardRowFields: { readonly [K in keyof ShardRows]: z.ZodType<ShardRows[K]> } = {
  rows: z.int().min(0),
  featureLength: z.int().min(1),
  crc32: z.int().min(0),
  frames: listOf('texts', (value): value is string => typeof value === 'string'),
  boxIndexes: listOf('integers of at least 0', isCount),
  boxes: listOf('boxes', isBox),
  scores: listOf(
    'numbers from 0 to 1',
    (value): value is number => typeof value === 'number' && value >= 0 && value <= 1,
  ),
};

/** A list whose entries pass a test. Lists are long, and opening an index of a large shop is mostly looking at them: this is a fraction of the time of a schema for each entry. */
export function listOf<T>(what: string, is: (value: unknown) => value is T): z.ZodType<readonly T[]> {
  return z.custom<readonly T[]>((list) => Array.isArray(list) && list.every(is), `must be a list of ${what}`);
}

/** Whether a value is an integer of at least 0. */
export function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && Number(value) >= 0;
}

function isBox(value: unknown): value is Box {
  return Array.isArray(value) && value.length === 4 && value.every((side) => Number.isSafeInteger(side));
}

/** Boxes as a shard holds them: the bytes of the `.f32` file, and what its sidecar says of them. All features have to have that length. */
export function packShard(
  boxes: readonly BoxFeature[],
  featureLength: number,
): { readonly bytes: Uint8Array; readonly rows: ShardRows } {
  const features = new Float32Array(boxes.length * featureLength);
  for (const [row, { feature }] of boxes.entries()) features.set(feature, row * featureLength);
  const bytes = new Uint8Array(features.buffer);
  return {
    bytes,
    rows: {
      rows: boxes.length,
      featureLength,
      crc32: crc32(bytes),
      frames: boxes.map(({ frame }) => frame),
      boxIndexes: boxes.map(({ boxIndex }) => boxIndex),
      boxes: boxes.map(({ box }) => box),
      scores: boxes.map(({ score }) => score),
    },
  };
}

/**
 * Writes both files of a shard, each whole; `path` is without extension.
 *
 * @throws PipelineError `file-unwritable`.
 */
export async function writeShard(path: string, bytes: Uint8Array, sidecar: ShardRows): Promise<void> {
  await writeFileWhole(`${path}.f32`, bytes);
  await writeFileWhole(`${path}.json`, JSON.stringify(sidecar));
}

/** Reads and checks a JSON file of a store. */
export async function readJson<T>(path: string, schema: z.ZodType<T>, damaged: Damaged): Promise<T> {
  try {
    return schema.parse(JSON.parse(await readFile(path, 'utf8')));
  } catch (cause) {
    throw damaged(path, jsonFault(cause), cause);
  }
}

/** Why the lists of a sidecar cannot be right; undefined when they can. */
export function rowsFault({ rows, frames, boxIndexes, boxes, scores }: ShardRows): string | undefined {
  const lengths = [frames, boxIndexes, boxes, scores].map(({ length }) => length);
  if (lengths.every((length) => length === rows)) return undefined;
  return `lists of ${lengths.join(', ')} for ${rows} rows`;
}

/** Reads the features of a shard and holds them against their sidecar; `path` is that of the `.f32` file. */
export async function readFeatures(path: string, sidecar: ShardRows, damaged: Damaged): Promise<Float32Array> {
  const { rows, featureLength, crc32: expected } = sidecar;
  const bytes = await readFile(path).catch((cause: unknown) => {
    throw damaged(path, messageOf(cause), cause);
  });
  if (bytes.length !== rows * featureLength * 4) {
    throw damaged(path, `${bytes.length} bytes for ${rows} features of ${featureLength}`);
  }
  if (crc32(bytes) !== expected) throw damaged(path, 'the checksum does not fit');
  // A copy of its own, as a pooled buffer may start at any byte.
  return new Float32Array(new Uint8Array(bytes).buffer);
}
