import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { type BoxFeature } from '../core/box-feature.ts';
import { messageOf, PipelineError } from '../core/errors.ts';
import { type Owner } from '../core/frame.ts';
import { parseBoxLine } from './box-line.ts';

/** Options of {@link readBoxesNdjson}. */
export interface ReadBoxesNdjsonOptions {
  /** Leave out boxes of the other side; all lines are checked all the same. */
  readonly side?: Owner['side'];
}

/** Boxes in one block. */
const blockRows = 256;

/**
 * Reads `boxes.ndjson`, the interchange form of the box store: one JSON object a line, in any order.
 *
 * `{"side":"query","id":"000041","img":"0","box":[x1,y1,x2,y2],"score":0.99,"feature":[...]}`, and for the gallery `"frame":80` in
 * place of `"img"`. Boxes are integers and not empty, scores 0 to 1, features of one length and of norm 1 within 1e-3 (they are
 * rounded to float32 and otherwise taken as they are). The box index is the place of the line among those of its frame. Empty
 * lines are skipped. Each loop reads the file anew and holds one block; a broken line ends it.
 *
 * @throws PipelineError while reading: `file-unreadable`, or `store-invalid` with the number of the line.
 */
export function readBoxesNdjson(
  path: string,
  options: ReadBoxesNdjsonOptions = {},
): AsyncIterable<readonly BoxFeature[]> {
  return { [Symbol.asyncIterator]: () => blocks(path, options) };
}

async function* blocks(path: string, { side }: ReadBoxesNdjsonOptions): AsyncGenerator<readonly BoxFeature[]> {
  const boxIndexes = new Map<string, number>();
  let featureLength: number | undefined;
  let number = 0;
  let block: BoxFeature[] = [];
  for await (const line of linesOf(path)) {
    number += 1;
    if (line.trim() === '') continue;
    try {
      const box = parseBoxLine(line, featureLength);
      featureLength = box.feature.length;
      if (side !== undefined && box.owner.side !== side) continue;
      const key = JSON.stringify([box.owner.side, box.owner.id, box.frame]);
      const boxIndex = boxIndexes.get(key) ?? 0;
      boxIndexes.set(key, boxIndex + 1);
      block.push({ ...box, boxIndex });
    } catch (cause) {
      throw new PipelineError('store-invalid', `${path}, line ${number}: ${messageOf(cause)}`, { path, cause });
    }
    if (block.length === blockRows) {
      yield block;
      block = [];
    }
  }
  if (block.length > 0) yield block;
}

async function* linesOf(path: string): AsyncGenerator<string> {
  const stream = createReadStream(path, 'utf8');
  try {
    yield* createInterface({ input: stream, crlfDelay: Infinity });
  } catch (cause) {
    throw new PipelineError('file-unreadable', `Cannot read the boxes in ${path}: ${messageOf(cause)}`, {
      path,
      cause,
    });
  } finally {
    stream.destroy();
  }
}
