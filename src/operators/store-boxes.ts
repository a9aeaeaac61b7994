import {
  concat,
  defer,
  finalize,
  from,
  ignoreElements,
  mergeMap,
  type ObservableInput,
  of,
  type OperatorFunction,
} from 'rxjs';
import { type BoxFeature } from '../core/box-feature.ts';
import { type Owner } from '../core/frame.ts';
import { type StageMeter } from '../flow/stage-meter.ts';
import { type OwnerBoxes } from './aggregate-boxes.ts';

/** Puts the boxes of an owner where they last; gives one value or completes when they are there. */
export type WriteBoxes = (owner: Owner, boxes: readonly BoxFeature[]) => ObservableInput<unknown>;

/** Options of {@link storeBoxes}. */
export interface StoreBoxesOptions {
  readonly write: WriteBoxes;
  readonly meter?: StageMeter | undefined;
}

/** What is left in memory of an owner whose boxes are stored. */
export interface StoredBoxes extends Omit<OwnerBoxes, 'boxes'> {
  /** Boxes that were written. */
  readonly boxes: number;
}

/**
 * Writes the boxes of each owner and lets go of them.
 *
 * Emits one value an owner once its boxes are written. Holds the owners that are being written. An error of `write` is an error.
 *
 * @example ownerBoxes$.pipe(storeBoxes({ write: (owner, boxes) => store.write(owner, boxes) }));
 */
export function storeBoxes({ write, meter }: StoreBoxesOptions): OperatorFunction<OwnerBoxes, StoredBoxes> {
  return mergeMap((owned) =>
    defer(() => {
      const leave = meter?.enter();
      const endWork = meter?.work();
      const stored = { ...owned, boxes: owned.boxes.length };
      return concat(from(write(owned.owner, owned.boxes)).pipe(ignoreElements()), of(stored)).pipe(
        finalize(() => {
          endWork?.();
          leave?.();
        }),
      );
    }),
  );
}
