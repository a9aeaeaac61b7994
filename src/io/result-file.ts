import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { type Answer } from '../core/answer.ts';
import { type Box } from '../core/box.ts';
import { compareIds } from '../core/compare-ids.ts';
import { codeOf, messageOf, PipelineError } from '../core/errors.ts';
import { type Match } from '../core/match.ts';
import { jsonFault } from './json-fault.ts';
import { writeFileWhole } from './write-file-whole.ts';

/**
 * Text of a result file (SPEC 7): one clip a line, keys by {@link compareIds}.
 *
 * Each clip may appear once in `matches`.
 */
export function formatResult(matches: readonly Match[]): string {
  // Put together by hand, as an object would move keys such as "12" before the others.
  const lines = [...matches].sort((a, b) => compareIds(a.videoId, b.videoId)).map(formatMatch);
  return lines.length === 0 ? '{}\n' : `{\n${lines.join(',\n')}\n}\n`;
}

function formatMatch({ videoId, itemId, imgName, itemBox, frameIndex, frameBox }: Match): string {
  const result = [{ img_name: imgName, item_box: itemBox, frame_box: frameBox }];
  return `${JSON.stringify(videoId)}: ${JSON.stringify({ item_id: itemId, frame_index: frameIndex, result })}`;
}

/**
 * Writes a result file (SPEC 7), whole or not at all.
 *
 * @throws PipelineError `file-unwritable`.
 */
export async function writeResult(path: string, matches: readonly Match[]): Promise<void> {
  await writeFileWhole(path, formatResult(matches));
}

const boxSchema = z
  .tuple([z.int(), z.int(), z.int(), z.int()])
  .refine(([x1, y1, x2, y2]) => x2 > x1 && y2 > y1, 'Expected [x1, y1, x2, y2] with x1 < x2 and y1 < y2');

const resultSchema = z.record(
  z.string(),
  z.strictObject({
    item_id: z.string(),
    frame_index: z.int().min(0),
    result: z.array(z.strictObject({ img_name: z.string(), item_box: boxSchema, frame_box: boxSchema })).min(1),
  }),
);

/**
 * Reads a result file (SPEC 7), by rising video id.
 *
 * @throws PipelineError `file-unreadable`, or `result-invalid` with the place of the first mistake.
 */
export async function readResult(path: string): Promise<readonly Answer[]> {
  const content = await readFile(path, 'utf8').catch((cause: unknown) => {
    const why = codeOf(cause) === 'EISDIR' ? 'it is a folder; name the result.json in it' : messageOf(cause);
    throw new PipelineError('file-unreadable', `Cannot read the result file ${path}: ${why}`, {
      path,
      cause,
    });
  });
  return Object.entries(parse(content, path))
    .map(([videoId, answer]) => ({
      videoId,
      itemId: answer.item_id,
      frameIndex: answer.frame_index,
      pairs: answer.result.map((pair) => ({
        imgName: pair.img_name,
        itemBox: pair.item_box satisfies Box,
        frameBox: pair.frame_box satisfies Box,
      })),
    }))
    .sort((a, b) => compareIds(a.videoId, b.videoId));
}

function parse(content: string, path: string): z.infer<typeof resultSchema> {
  try {
    return resultSchema.parse(JSON.parse(content));
  } catch (cause) {
    const message = `Result file ${path}: ${jsonFault(cause)}. Expected what \`vitrine match\` writes.`;
    throw new PipelineError('result-invalid', message, { path, cause });
  }
}
