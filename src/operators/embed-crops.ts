import { defaultIfEmpty, forkJoin, map, mergeMap, type Observable, type OperatorFunction, tap } from 'rxjs';
import { type BoxFeature } from '../core/box-feature.ts';
import { type Crop } from '../core/crop.ts';
import { type Owner } from '../core/frame.ts';
import { type Embedder } from '../core/ports.ts';
import { type Ask, batchWhileBusy } from '../flow/batch-while-busy.ts';
import { type CroppedFrame } from './crop-boxes.ts';
import { type BatchOptions } from './detect-boxes.ts';

/** All boxes of one frame. */
export interface FrameBoxes {
  readonly owner: Owner;
  readonly name: string;
  /** By rising box index; perhaps none. */
  readonly boxes: readonly BoxFeature[];
  /** As in {@link CroppedFrame.dropped}. */
  readonly dropped: number;
}

/**
 * Shares an embedder between crops: those of one bucket make a batch, see {@link batchWhileBusy}.
 *
 * @throws TypeError when called, if an option is out of range.
 */
export function shareEmbedder(embedder: Embedder, options: BatchOptions): Ask<Crop, Float32Array> {
  return batchWhileBusy({
    ...options,
    key: ({ bucket }) => bucket,
    run: (crops) => embedder.embed(crops.map(({ image }) => image)),
  });
}

/**
 * Turns the crops of each frame into features.
 *
 * Emits one value a frame when its last crop is embedded, at once when it has none, in any order. Holds the frames that wait for
 * a crop.
 *
 * @param onEmbedded told of each crop that is embedded: nobody looks at its pixels from then on. Not of those whose answer is not waited for.
 * @example croppedFrame$.pipe(embedCrops(shareEmbedder(embedder, { maxBatch: 16, slots: 2 })));
 */
export function embedCrops(
  embed: Ask<Crop, Float32Array>,
  onEmbedded?: (crop: Crop) => void,
): OperatorFunction<CroppedFrame, FrameBoxes> {
  const featureOf = (crop: Crop): Observable<BoxFeature> =>
    embed(crop).pipe(
      map((feature) => boxOf(crop, feature)),
      tap(() => onEmbedded?.(crop)),
    );
  return mergeMap(({ owner, name, crops, dropped }) =>
    forkJoin(crops.map(featureOf)).pipe(
      defaultIfEmpty([]), // `forkJoin` of nothing says nothing.
      map((boxes) => ({ owner, name, boxes, dropped })),
    ),
  );
}

/** Leaves the pixels behind. */
function boxOf({ owner, frame, boxIndex, box, score }: Crop, feature: Float32Array): BoxFeature {
  return { owner, frame, boxIndex, box, score, feature };
}
