import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type FrameAnnotations, type GarmentAnnotation, type Truth } from '../core/annotation.ts';
import { messageOf, PipelineError } from '../core/errors.ts';
import { type Dataset } from './dataset.ts';
import { isCount, isObject, type OnProblem, parseAnnotations } from './parse-annotations.ts';

/** One fault in the annotations that did not stop the reading. */
export interface TruthProblem {
  readonly path: string;
  readonly problem: string;
}

/** The annotations of a data set and what is wrong with them. */
export interface TruthReport {
  /** Has an entry for each item and each clip, an empty one where nothing could be read. */
  readonly truth: Truth;
  readonly problems: readonly TruthProblem[];
}

/**
 * Reads all annotations of a data set (SPEC 1).
 *
 * Real data has faults: a missing or broken file counts as one without annotations, an odd value as said at `parseAnnotations`. Each is
 * listed in `problems`.
 *
 * @throws PipelineError `dataset-invalid` when not one annotation file can be read.
 */
export async function readTruth({ root, items, clips }: Dataset, signal?: AbortSignal): Promise<TruthReport> {
  const problems: TruthProblem[] = [];
  const itemTruth = new Map<string, ReadonlyMap<string, readonly GarmentAnnotation[]>>();
  const clipTruth = new Map<string, readonly FrameAnnotations[]>();
  let files = 0;

  const read = async (path: string): Promise<{ value: Record<string, unknown>; onProblem: OnProblem } | undefined> => {
    signal?.throwIfAborted();
    const onProblem: OnProblem = (problem) => void problems.push({ path, problem });
    try {
      const value: unknown = JSON.parse(await readFile(path, 'utf8'));
      if (!isObject(value)) throw new TypeError('it holds no JSON object');
      files += 1;
      return { value, onProblem };
    } catch (error) {
      onProblem(messageOf(error).startsWith('ENOENT') ? 'missing' : `unreadable: ${messageOf(error)}`);
      return undefined;
    }
  };

  for (const { id, pictures } of items) {
    const ofItem = new Map<string, readonly GarmentAnnotation[]>();
    for (const { name } of pictures) {
      const file = await read(join(root, 'image_annotation', id, `${name}.json`));
      ofItem.set(name, file ? parseAnnotations(file.value['annotations'], file.onProblem) : []);
    }
    itemTruth.set(id, ofItem);
  }
  for (const { id } of clips) {
    const file = await read(join(root, 'video_annotation', `${id}.json`));
    clipTruth.set(id, file ? parseFrames(file.value['frames'], file.onProblem) : []);
  }

  if (files > 0) return { truth: { items: itemTruth, clips: clipTruth }, problems };
  const message = `Data set: no annotations under ${root}; expected image_annotation/<item_id>/<n>.json and video_annotation/<video_id>.json`;
  throw new PipelineError('dataset-invalid', message, { path: root });
}

function parseFrames(value: unknown, onProblem: OnProblem): readonly FrameAnnotations[] {
  if (!Array.isArray(value)) {
    onProblem('`frames` is no list');
    return [];
  }
  const frames = new Map<number, FrameAnnotations>();
  for (const [index, entry] of value.entries()) {
    const report: OnProblem = (problem) => onProblem(`frames[${index}]: ${problem}`);
    const frameIndex: unknown = isObject(entry) ? entry['frame_index'] : undefined;
    if (!isObject(entry) || !isCount(frameIndex)) report('no usable frame_index');
    else if (frames.has(frameIndex)) report(`frame_index ${frameIndex} a second time`);
    else frames.set(frameIndex, { frameIndex, annotations: parseAnnotations(entry['annotations'], report) });
  }
  return [...frames.values()].sort((a, b) => a.frameIndex - b.frameIndex);
}
