import { map, type OperatorFunction, toArray } from 'rxjs';
import { type BoxFeature } from '../core/box-feature.ts';
import { compareIds } from '../core/compare-ids.ts';
import { type Owner } from '../core/frame.ts';
import { type FrameBoxes } from './embed-crops.ts';

/** All boxes of one item or clip. */
export interface OwnerBoxes {
  readonly owner: Owner;
  /** By frame, then by box index; perhaps none. */
  readonly boxes: readonly BoxFeature[];
  /** Frames that were looked at. */
  readonly frames: number;
  /** Frames without a box. */
  readonly emptyFrames: number;
  /** Detections of which nothing was left inside their frame. */
  readonly droppedBoxes: number;
}

/**
 * Gathers the frames of one owner, which may come in any order.
 *
 * Emits one value when the source completes, whose order depends on names and indices alone: clips by number of the frame, items by
 * {@link compareIds} of the picture. Holds the owner's features; an error discards them.
 *
 * @example frameBoxes$.pipe(aggregateBoxes({ side: 'gallery', id: '000041' }));
 */
export function aggregateBoxes(owner: Owner): OperatorFunction<FrameBoxes, OwnerBoxes> {
  const compare = owner.side === 'gallery' ? (a: string, b: string): number => Number(a) - Number(b) : compareIds;
  return (frame$) =>
    frame$.pipe(
      toArray(),
      map((frames) => ({
        owner,
        boxes: frames.toSorted((a, b) => compare(a.name, b.name)).flatMap(({ boxes }) => boxes),
        frames: frames.length,
        emptyFrames: frames.filter(({ boxes }) => boxes.length === 0).length,
        droppedBoxes: frames.reduce((sum, { dropped }) => sum + dropped, 0),
      })),
    );
}
