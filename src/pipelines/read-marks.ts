import { type GarmentAnnotation } from '../core/annotation.ts';
import { type DataProblem } from '../core/data-problem.ts';
import {
  type AnnotationFile,
  type AnnotationGap,
  placeFrames,
  placePicture,
  readAnnotationFile,
} from '../io/annotation-file.ts';
import { type InputStatus } from '../io/export-part.ts';
import { type JsonPath, type Placed } from '../io/json-position.ts';
import { type ExportUnit, type UnitInput } from './export-units.ts';

/** A picture or a frame of a clip, and what is marked in it. */
export interface MarkedFrame {
  readonly input: UnitInput;
  /** As `Frame.name`: that of the picture, or the index of the frame. Different for each frame of a unit. */
  readonly name: string;
  /** Of a clip. */
  readonly frameIndex?: number;
  readonly annotations: readonly Placed<GarmentAnnotation>[];
  /** Where the frame is in its annotation file. */
  readonly at: JsonPath;
  readonly problemAt: AnnotationFile['problemAt'];
}

/** All that is marked in an item or clip. */
export interface UnitMarks {
  /** Pictures in the order of the inputs, or frames by rising index. */
  readonly frames: readonly MarkedFrame[];
  readonly problems: readonly DataProblem[];
  /** What becomes of an input of which nothing is known; the others are not in it. */
  readonly gaps: ReadonlyMap<UnitInput, InputStatus>;
  /** Each `instance_id` but 0, once and rising. */
  readonly pieces: readonly number[];
}

/** Reads the annotations of an item or clip. What is wrong with them is in the answer; an input without any has no frame in it. */
export async function readMarks({ side, inputs }: ExportUnit): Promise<UnitMarks> {
  const problems: DataProblem[] = [];
  const gaps = new Map<UnitInput, InputStatus>();
  const frames: MarkedFrame[] = [];
  for (const input of inputs) {
    const file = await readAnnotationFile(input.annotation);
    if (file.status !== 'read') {
      problems.push(fault(file));
      gaps.set(input, file.status === 'missing' ? 'skipped' : 'failed');
      continue;
    }
    const { problemAt } = file;
    const onProblem = (problem: string, at: JsonPath): void => void problems.push(problemAt(problem, at));
    if (side === 'picture') {
      frames.push({ input, name: input.name, annotations: placePicture(file, onProblem), at: [], problemAt });
      continue;
    }
    const placed = placeFrames(file, onProblem);
    for (const { frameIndex, ...rest } of placed) {
      frames.push({ input, name: String(frameIndex), frameIndex, problemAt, ...rest });
    }
    if (placed.length > 0) continue;
    problems.push(problemAt('no frame is annotated; the clip is left out', []));
    gaps.set(input, 'skipped');
  }
  const ids = frames.flatMap(({ annotations }) => annotations.map(({ value }) => value.instanceId));
  const pieces = [...new Set(ids)].filter((id) => id !== 0).sort((a, b) => a - b);
  return { frames, problems, gaps, pieces };
}

function fault({ path, problem }: AnnotationGap): DataProblem {
  return { path, problem: `${problem}; what it is about is left out` };
}
