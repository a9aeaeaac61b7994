import { join } from 'node:path';
import { type FrameAnnotations, type GarmentAnnotation, type Truth } from '../core/annotation.ts';
import { type DataProblem } from '../core/data-problem.ts';
import { PipelineError } from '../core/errors.ts';
import { type AnnotationFile, placeFrames, placePicture, readAnnotationFile } from './annotation-file.ts';
import { type Dataset } from './dataset.ts';
import { type JsonPath, type Placed } from './json-position.ts';
import { type OnProblem } from './parse-annotations.ts';

/** One fault in the annotations that did not stop the reading. */
export type TruthProblem = DataProblem;

/** The annotations of a data set and what is wrong with them. */
export interface TruthReport {
  /** Has an entry for each item and each clip, an empty one where nothing could be read. */
  readonly truth: Truth;
  readonly problems: readonly TruthProblem[];
}

/**
 * Reads all annotations of a data set (SPEC 1).
 *
 * Real data has faults: a missing or broken file counts as one without annotations, an odd value as said at `placeAnnotations`. Each is
 * listed in `problems`.
 *
 * @throws PipelineError `dataset-invalid` when not one annotation file can be read.
 */
export async function readTruth({ root, items, clips }: Dataset, signal?: AbortSignal): Promise<TruthReport> {
  const problems: TruthProblem[] = [];
  const itemTruth = new Map<string, ReadonlyMap<string, readonly GarmentAnnotation[]>>();
  const clipTruth = new Map<string, readonly FrameAnnotations[]>();
  let files = 0;

  const read = async (path: string): Promise<{ file: AnnotationFile; onProblem: OnProblem } | undefined> => {
    signal?.throwIfAborted();
    const file = await readAnnotationFile(path);
    if (file.status !== 'read') {
      problems.push({ path, problem: file.problem });
      return undefined;
    }
    files += 1;
    const onProblem = (problem: string, at: JsonPath): void => void problems.push(file.problemAt(problem, at));
    return { file, onProblem };
  };

  for (const { id, pictures } of items) {
    const ofItem = new Map<string, readonly GarmentAnnotation[]>();
    for (const { name } of pictures) {
      const found = await read(join(root, 'image_annotation', id, `${name}.json`));
      ofItem.set(name, found ? plain(placePicture(found.file, found.onProblem)) : []);
    }
    itemTruth.set(id, ofItem);
  }
  for (const { id } of clips) {
    const found = await read(join(root, 'video_annotation', `${id}.json`));
    const frames = found ? placeFrames(found.file, found.onProblem) : [];
    clipTruth.set(
      id,
      frames.map(({ frameIndex, annotations }) => ({ frameIndex, annotations: plain(annotations) })),
    );
  }

  if (files > 0) return { truth: { items: itemTruth, clips: clipTruth }, problems };
  const message = `Data set: no annotations under ${root}; expected image_annotation/<item_id>/<n>.json and video_annotation/<video_id>.json`;
  throw new PipelineError('dataset-invalid', message, { path: root });
}

function plain(placed: readonly Placed<GarmentAnnotation>[]): readonly GarmentAnnotation[] {
  return placed.map(({ value }) => value);
}
