import { createHash } from 'node:crypto';
import { z } from 'zod';
import { type ShardRows, shardRowFields } from './feature-shard.ts';

/**
 * A shard of the box store: all boxes of one owner. Shards are never changed, so any number of writers need no lock, and a run that was
 * killed leaves whole shards or none.
 */
export const sidecarSchema: z.ZodType<Sidecar> = z.strictObject({
  format: z.literal(1),
  side: z.enum(['query', 'gallery']),
  id: z.string(),
  model: z.string(),
  ...shardRowFields,
});

/** The JSON half of a shard. */
export interface Sidecar extends ShardRows {
  readonly format: 1;
  readonly side: 'query' | 'gallery';
  readonly id: string;
  /** Fingerprint of the models that made the features. */
  readonly model: string;
}

/** Longest file name, in bytes, that every common file system takes, less room for an extension. */
const nameBytesMax = 240;

/** Begins the name of a shard whose id is too long for a file name; no escape looks like it. */
const hashMark = '%~';

/**
 * File name of an owner's shard, without extension.
 *
 * Characters that some file system refuses, and a leading dot, become `%` and two hex digits each. An id that is too long is replaced
 * by its hash.
 *
 * @throws TypeError when the id is empty.
 */
export function shardName(id: string): string {
  if (id === '') throw new TypeError('Expected `id` to hold at least one character, got ""');
  const name = id.replaceAll(/^\.|[%/\\:*?"<>|\p{Cc}]/gu, escape);
  if (Buffer.byteLength(name) <= nameBytesMax) return name;
  return `${hashMark}${createHash('sha256').update(id).digest('hex')}`;
}

/** Id of the owner whose shard has this name; undefined when the name is a hash, so that only the sidecar says whose it is. */
export function ownerId(name: string): string | undefined {
  if (name.startsWith(hashMark)) return undefined;
  return name.replaceAll(/%([0-9A-F]{2})/g, (_, hex: string) => String.fromCodePoint(Number.parseInt(hex, 16)));
}

function escape(character: string): string {
  return `%${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(2, '0')}`;
}
