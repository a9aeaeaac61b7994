import { readFile } from 'node:fs/promises';
import { type GarmentAnnotation } from '../core/annotation.ts';
import { type DataProblem } from '../core/data-problem.ts';
import { messageOf } from '../core/errors.ts';
import { type JsonPath, jsonPositions, type Placed } from './json-position.ts';
import { isCount, isObject, type OnProblem, placeAnnotations } from './parse-annotations.ts';

/** An annotation file that holds a JSON object. */
export interface AnnotationFile {
  readonly status: 'read';
  readonly value: Record<string, unknown>;
  /** A fault at a place of the file. */
  readonly problemAt: (problem: string, at: JsonPath) => DataProblem;
}

/** An annotation file that says nothing. */
export interface AnnotationGap extends DataProblem {
  readonly status: 'missing' | 'unreadable';
}

/** The annotations of a frame and where in the file they stand. */
export interface PlacedFrame {
  /** Index of the decoded frame, from 0. */
  readonly frameIndex: number;
  readonly at: JsonPath;
  readonly annotations: readonly Placed<GarmentAnnotation>[];
}

/** Reads one file of `image_annotation/` or `video_annotation/`. That it is missing or broken is an answer, and no error. */
export async function readAnnotationFile(path: string): Promise<AnnotationFile | AnnotationGap> {
  try {
    const text = await readFile(path, 'utf8');
    const value: unknown = JSON.parse(text);
    if (!isObject(value)) throw new TypeError('it holds no JSON object');
    const positionOf = jsonPositions(text);
    const problemAt = (problem: string, at: JsonPath): DataProblem => ({
      path,
      problem: at.length === 0 ? problem : `${positionOf(at)}: ${problem}`,
    });
    return { status: 'read', value, problemAt };
  } catch (error) {
    if (messageOf(error).startsWith('ENOENT')) return { status: 'missing', path, problem: 'missing' };
    return { status: 'unreadable', path, problem: `unreadable: ${messageOf(error)}` };
  }
}

/** The annotations of a picture's file, read as tolerantly as `placeAnnotations` reads them. */
export function placePicture({ value }: AnnotationFile, onProblem: OnProblem): readonly Placed<GarmentAnnotation>[] {
  return placeAnnotations(value['annotations'], { at: [], onProblem });
}

/**
 * The annotated frames of a clip's file by rising index, read as tolerantly as `placeAnnotations` reads them; of two entries for one frame
 * the first counts.
 */
export function placeFrames({ value }: AnnotationFile, onProblem: OnProblem): readonly PlacedFrame[] {
  const entries = value['frames'];
  if (!Array.isArray(entries)) {
    onProblem('`frames` is no list', []);
    return [];
  }
  const frames = new Map<number, PlacedFrame>();
  for (const [index, entry] of entries.entries()) {
    const at = ['frames', index];
    const frameIndex: unknown = isObject(entry) ? entry['frame_index'] : undefined;
    if (!isObject(entry) || !isCount(frameIndex)) onProblem('no usable frame_index', at);
    else if (frames.has(frameIndex)) onProblem(`frame_index ${frameIndex} a second time`, at);
    else
      frames.set(frameIndex, {
        frameIndex,
        at,
        annotations: placeAnnotations(entry['annotations'], { at, onProblem }),
      });
  }
  return [...frames.values()].sort((a, b) => a.frameIndex - b.frameIndex);
}
