import { type FrameAnnotations, type GarmentAnnotation, type Truth } from '../core/annotation.ts';
import { type Answer } from '../core/answer.ts';
import { iou } from '../core/box.ts';

/** Overlap above which a box counts as right. */
const iouMin = 0.5;

/** How far one answer is right (SPEC 8); each hit takes the one before it. */
export interface Verdict {
  /** The item is right: one of its pictures shows a piece of the clip. */
  readonly s1: boolean;
  /** Each piece in the submitted frame is shown in the picture of one of the answer's pairs. */
  readonly s2: boolean;
  /** Each such picture has an `item_box` on a garment that has a counterpart. */
  readonly s3: boolean;
  /**
   * For each pair, the overlap of `frame_box` with the nearest piece of the submitted frame, 0 to 1. Empty when that very frame is not
   * annotated or shows no piece: garments move, so that another frame's boxes say nothing here.
   */
  readonly frameIous: readonly number[];
}

/**
 * Judges one answer. A *piece* is an annotation with a positive `instance_id`.
 *
 * A submitted frame that is not annotated is judged by the nearest one that is, on a tie by the earlier one.
 */
export function judgeAnswer(answer: Answer, truth: Truth): Verdict {
  const { itemId, frameIndex, pairs } = answer;
  const frames = truth.clips.get(answer.videoId) ?? [];
  const pictures = truth.items.get(itemId) ?? new Map<string, readonly GarmentAnnotation[]>();
  const s1 = showsPieceOf(pictures, pieceIds(frames.flatMap(({ annotations }) => annotations)));

  const judged = nearestFrame(frames, frameIndex);
  const pieces = (judged?.annotations ?? []).filter(isPiece);
  const ids = [...pieceIds(pieces)];
  const showing = (id: number): readonly Answer['pairs'][number][] =>
    pairs.filter(({ imgName }) => (pictures.get(imgName) ?? []).some(({ instanceId }) => instanceId === id));
  const s2 = s1 && ids.length > 0 && ids.every((id) => showing(id).length > 0);
  const s3 =
    s2 && ids.every((id) => showing(id).some(({ imgName, itemBox }) => isOnPiece(itemBox, pictures.get(imgName))));

  const overlap = ({ frameBox }: Answer['pairs'][number]): number =>
    Math.max(...pieces.map(({ box }) => iou(frameBox, box)));
  const frameIous = judged?.frameIndex === frameIndex && pieces.length > 0 ? pairs.map(overlap) : [];
  return { s1, s2, s3, frameIous };
}

/** The `instance_id` of each garment that has a counterpart. */
export function pieceIds(annotations: readonly GarmentAnnotation[]): ReadonlySet<number> {
  return new Set(annotations.filter(isPiece).map(({ instanceId }) => instanceId));
}

/** True when some picture of an item shows one of these pieces. */
export function showsPieceOf(
  pictures: ReadonlyMap<string, readonly GarmentAnnotation[]>,
  ids: ReadonlySet<number>,
): boolean {
  return [...pictures.values()].some((annotations) => annotations.some(({ instanceId }) => ids.has(instanceId)));
}

function isPiece({ instanceId }: GarmentAnnotation): boolean {
  return instanceId > 0;
}

function isOnPiece(box: Answer['pairs'][number]['itemBox'], annotations: readonly GarmentAnnotation[] = []): boolean {
  return annotations.some((annotation) => isPiece(annotation) && iou(box, annotation.box) > iouMin);
}

function nearestFrame(frames: readonly FrameAnnotations[], frameIndex: number): FrameAnnotations | undefined {
  let nearest = frames[0];
  for (const frame of frames) {
    const isNearer = Math.abs(frame.frameIndex - frameIndex) < Math.abs((nearest?.frameIndex ?? 0) - frameIndex);
    if (isNearer) nearest = frame;
  }
  return nearest;
}
