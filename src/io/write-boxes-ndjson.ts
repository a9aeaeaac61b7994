import { createWriteStream } from 'node:fs';
import { mkdir, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { type BoxFeature } from '../core/box-feature.ts';
import { messageOf, PipelineError } from '../core/errors.ts';
import { temporaryName } from './write-file-whole.ts';

/**
 * Writes boxes as `boxes.ndjson` (see `readBoxesNdjson`), in the order given, whole or not at all. Holds a line at a time.
 *
 * What is read back is the same to the bit, when the boxes of each frame come by rising box index from 0.
 *
 * @throws PipelineError `file-unwritable`; what `boxes` throws comes out as it is.
 */
export async function writeBoxesNdjson(
  path: string,
  boxes: AsyncIterable<readonly BoxFeature[]> | Iterable<readonly BoxFeature[]>,
): Promise<void> {
  const temporary = temporaryName(path);
  try {
    await mkdir(dirname(path), { recursive: true });
    await pipeline(Readable.from(linesOf(boxes)), createWriteStream(temporary, { flags: 'wx', flush: true }));
    await rename(temporary, path);
  } catch (cause) {
    await rm(temporary, { force: true }).catch(() => undefined);
    if (cause instanceof PipelineError) throw cause;
    const message = `Cannot write ${path}: ${messageOf(cause)}. Check the folder's permissions and the free space.`;
    throw new PipelineError('file-unwritable', message, { path, cause });
  }
}

async function* linesOf(
  blocks: AsyncIterable<readonly BoxFeature[]> | Iterable<readonly BoxFeature[]>,
): AsyncGenerator<string> {
  for await (const block of blocks) for (const box of block) yield `${formatBox(box)}\n`;
}

function formatBox({ owner: { side, id }, frame, box, score, feature }: BoxFeature): string {
  const place = side === 'query' ? { img: frame } : { frame: Number(frame) };
  return JSON.stringify({ side, id, ...place, box, score, feature: Array.from(feature) });
}
