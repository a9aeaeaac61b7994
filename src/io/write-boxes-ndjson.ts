import { type BoxFeature } from '../core/box-feature.ts';
import { writeLinesWhole } from './write-lines-whole.ts';

/**
 * Writes boxes as `boxes.ndjson` (see `readBoxesNdjson`), in the order given, whole or not at all. Holds a few lines at a time.
 *
 * What is read back is the same to the bit, when the boxes of each frame come by rising box index from 0.
 *
 * @throws PipelineError `file-unwritable`; what `boxes` throws comes out as it is.
 */
export async function writeBoxesNdjson(
  path: string,
  boxes: AsyncIterable<readonly BoxFeature[]> | Iterable<readonly BoxFeature[]>,
): Promise<void> {
  await writeLinesWhole(path, linesOf(boxes));
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
