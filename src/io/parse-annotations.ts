import { type GarmentAnnotation } from '../core/annotation.ts';
import { type Box } from '../core/box.ts';
import { categoryOf } from './categories.ts';
import { type JsonPath, type Placed } from './json-position.ts';

/** Is told each fault of the data and where in the file it is. */
export type OnProblem = (problem: string, at: JsonPath) => void;

/** Where {@link placeAnnotations} is in the file, and who listens. */
export interface PlaceOptions {
  /** Of the object that holds the list. */
  readonly at: JsonPath;
  readonly onProblem: OnProblem;
}

/**
 * Reads a list of annotations (`A` of SPEC 1) as tolerantly as real data needs, each with its place in the file.
 *
 * An annotation without a usable box or `instance_id` is left out. Other odd values are kept: a `display` of 2, a strange viewpoint,
 * a label that is no category. All of these are told to `onProblem`. The alias 古装 becomes 古风 without a word, and an empty list
 * is fine.
 */
export function placeAnnotations(value: unknown, options: PlaceOptions): readonly Placed<GarmentAnnotation>[] {
  const { at: parent, onProblem } = options;
  if (!Array.isArray(value)) {
    onProblem('`annotations` is no list', parent);
    return [];
  }
  return value.flatMap((entry: unknown, index) => {
    const at = [...parent, 'annotations', index];
    if (isObject(entry)) {
      const annotation = parseAnnotation(entry, (problem) => onProblem(problem, at));
      return annotation ? [{ at, value: annotation }] : [];
    }
    onProblem('no object', at);
    return [];
  });
}

function parseAnnotation(
  entry: Record<string, unknown>,
  onProblem: (problem: string) => void,
): GarmentAnnotation | undefined {
  const { label, viewpoint, display, instance_id: instanceId, box } = entry;
  if (!isBox(box)) {
    onProblem(`no usable box: ${JSON.stringify(box) ?? 'missing'}`);
    return undefined;
  }
  if (!isCount(instanceId)) {
    onProblem(`no usable instance_id: ${JSON.stringify(instanceId) ?? 'missing'}`);
    return undefined;
  }
  const category = typeof label === 'string' ? categoryOf(label) : undefined;
  if (category === undefined) onProblem(`a label that is no category: ${JSON.stringify(label) ?? 'missing'}`);
  if (!isCount(viewpoint) || viewpoint > 3)
    onProblem(`a viewpoint that is not 0 to 3: ${JSON.stringify(viewpoint) ?? 'missing'}`);
  if (display !== 0 && display !== 1)
    onProblem(`a display that is not 0 or 1: ${JSON.stringify(display) ?? 'missing'}`);
  return { label: category ?? String(label), viewpoint: Number(viewpoint), display: Number(display), instanceId, box };
}

/** True for a JSON object. */
export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** True for an integer of at least 0. */
export function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && Number(value) >= 0;
}

function isBox(value: unknown): value is Box {
  if (!Array.isArray(value) || value.length !== 4 || !value.every(Number.isFinite)) return false;
  const [x1, y1, x2, y2]: readonly number[] = value;
  return Number(x2) > Number(x1) && Number(y2) > Number(y1);
}
