import { type DataProblem } from '../core/data-problem.ts';
import { pixelBox } from '../core/box.ts';
import { type RgbImage } from '../core/rgb-image.ts';
import { type FittedBox } from './export-target.ts';
import { type MarkedFrame } from './read-marks.ts';

/** The boxes of a frame that are of use, and what is wrong with the others. */
export interface FittedBoxes {
  readonly boxes: readonly FittedBox[];
  readonly problems: readonly DataProblem[];
  /** Boxes that were cut to what is inside. */
  readonly clamped: number;
  /** Boxes of which nothing is inside. */
  readonly dropped: number;
}

/** Holds the annotated boxes against the picture that they are about (SPEC 4): cuts what reaches out of it, leaves out what is not in it. */
export function fitBoxes({ annotations, problemAt }: MarkedFrame, { width, height }: RgbImage): FittedBoxes {
  const boxes: FittedBox[] = [];
  const problems: DataProblem[] = [];
  let clamped = 0;
  for (const { at, value } of annotations) {
    const box = pixelBox(value.box, width, height);
    const text = `box ${JSON.stringify(value.box)}`;
    if (!box) {
      problems.push(problemAt(`${text} has no pixel of the ${width}x${height} picture; left out`, at));
      continue;
    }
    if (box.some((edge, place) => edge !== Math.trunc(value.box[place] ?? 0))) {
      clamped += 1;
      problems.push(
        problemAt(`${text} reaches out of the ${width}x${height} picture; cut to ${JSON.stringify(box)}`, at),
      );
    }
    boxes.push({ number: Number(at.at(-1)), box, label: value.label, instanceId: value.instanceId });
  }
  return { boxes, problems, clamped, dropped: annotations.length - boxes.length };
}
