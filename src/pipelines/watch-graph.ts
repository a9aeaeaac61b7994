import {
  catchError,
  concat,
  connect,
  defer,
  endWith,
  from,
  ignoreElements,
  interval,
  map,
  merge,
  mergeMap,
  type Observable,
  of,
  pipe,
  takeUntil,
  throwError,
} from 'rxjs';
import { assertInteger, assertNumber } from '../core/assert.ts';
import { type Crop } from '../core/crop.ts';
import { type Frame, type Owner } from '../core/frame.ts';
import { type Gallery } from '../core/gallery.ts';
import { type Detector, type Embedder } from '../core/ports.ts';
import { type RgbImage } from '../core/rgb-image.ts';
import { type StatsEvent, type WatchEvent } from '../core/watch-event.ts';
import { Credits } from '../flow/credits.ts';
import { dropOldest } from '../flow/drop-oldest.ts';
import { leased } from '../flow/leased.ts';
import { type Door, pull } from '../flow/pull.ts';
import { takeTurns } from '../flow/take-turns.ts';
import { cropBoxes, type Cropper } from '../operators/crop-boxes.ts';
import { detectBoxes, shareDetector } from '../operators/detect-boxes.ts';
import { embedCrops, shareEmbedder } from '../operators/embed-crops.ts';
import { latencyWindow } from '../tracking/latency-window.ts';
import { changeBetween, isSceneCut, type Thumbnail, thumbnailOf } from '../tracking/scene-cut.ts';
import { type TrackingOptions } from '../tracking/tracking-options.ts';
import { type FoundFrame, judgeFrames } from './judge-frames.ts';

/** What becomes of frames that come faster than they can be looked at. */
export type WhenBehind = 'wait' | 'drop-oldest';

/** A frame that has come and is not decoded yet. */
export interface Arrival {
  readonly index: number;
  readonly seconds: number;
  /** `performance.now()` when it came. */
  readonly arrivedMs: number;
  /** Decodes it; undefined when that cannot be done, which is then counted as failed. */
  readonly load: (signal: AbortSignal) => Promise<RgbImage | undefined>;
}

/** The devices of the graph. */
export interface WatchGraphPorts {
  readonly detector: Detector;
  readonly cropper: Cropper;
  /** Told of each crop that is embedded, whose pixels nobody looks at any more. */
  readonly onEmbedded?: ((crop: Crop) => void) | undefined;
  readonly embedder: Embedder;
  readonly gallery: Pick<Gallery, 'nearest' | 'picturesOf'>;
}

/** Options of {@link watchGraph}. */
export interface WatchGraphOptions {
  readonly tracking: TrackingOptions;
  /** Batches of each model that run at once: an integer, at least 1. */
  readonly lanes: number;
  /** Frames that are decoded and not yet judged: an integer, at least 1. */
  readonly framesAtOnce: number;
  readonly detectorBatch: number;
  readonly embedderBatch: number;
  readonly whenBehind: WhenBehind;
  /** Mean change of the picture that counts as a cut, 0 to 255, see {@link isSceneCut}. */
  readonly cutAt: number;
  /** Frames that differ by less from the last one that was looked at are passed over, 0 to 255. */
  readonly changeAt: number;
  /** Seconds between two `stats`; at least 0.1. */
  readonly statsSeconds: number;
  /** Put the feature of each box into its `frame` event. */
  readonly features: boolean;
  /** Times that the source was opened again, so far. */
  readonly reconnects: () => number;
  /** Settles when the events so far have been taken; no further frame is judged before. */
  readonly delivered?: (() => Promise<void> | undefined) | undefined;
}

/** Counts of a run; the source adds those that it passes over. */
export interface WatchCounts {
  came: number;
  passedOver: number;
  dropped: number;
  failed: number;
  processed: number;
}

/** A stream has one owner. */
const stream: Owner = { side: 'gallery', id: 'stream' };

/** Frames that wait at the entrance when old ones are dropped. */
const entrance = 1;

interface LoadedFrame {
  readonly place: number;
  readonly arrival: Arrival;
  readonly image: RgbImage;
  readonly isCut: boolean;
}

/**
 * From frames to events: a live stream through the stages of the main job, then tracks, evidence and announcements.
 *
 * Frames are judged in their order, whatever the order in which models answer. What is under way is bounded by `framesAtOnce`, which a frame
 * leaves after its events are out. The last event is a `stats` with `isLast`, also when `stop$` speaks, which ends the graph without an
 * error, and when the source fails, whose error comes after it.
 */
export function watchGraph(
  arrivals: (signal: AbortSignal, counts: WatchCounts) => AsyncIterable<Arrival>,
  ports: WatchGraphPorts,
  options: WatchGraphOptions & { readonly stop$: Observable<unknown> },
): Observable<WatchEvent> {
  const { detector, cropper, onEmbedded, embedder } = ports;
  const { lanes, framesAtOnce, detectorBatch, embedderBatch, whenBehind, statsSeconds, stop$ } = options;
  assertInteger('framesAtOnce', framesAtOnce, 1);
  assertNumber('statsSeconds', statsSeconds, 0.1);

  return defer(() => {
    const counts: WatchCounts = { came: 0, passedOver: 0, dropped: 0, failed: 0, processed: 0 };
    const latency = latencyWindow();
    const detect = shareDetector(detector, { maxBatch: detectorBatch, slots: lanes });
    const embed = shareEmbedder(embedder, { maxBatch: embedderBatch, slots: lanes });
    const judge = judgeFrames(ports.gallery, options);
    const turns = takeTurns((frame: FoundFrame) =>
      from(Promise.resolve(options.delivered?.())).pipe(
        // After the wait, which the end of the graph cuts short: it gives the turn to each frame that waits before it reaches that frame too.
        mergeMap(() => judge.frame(frame)),
        mergeMap((events) => {
          counts.processed += 1;
          latency.add(performance.now() - frame.arrivedMs);
          return events;
        }),
      ),
    );

    const open = (door: Door): AsyncIterable<LoadedFrame> => {
      const all = arrivals(door.signal, counts);
      const onDrop = (): void => void (counts.dropped += 1);
      const kept = whenBehind === 'wait' ? all : dropOldest(all, { depth: entrance, onDrop });
      return loadFrames(kept, { door, counts, options });
    };
    const journey = pipe(
      mergeMap((loaded: LoadedFrame) =>
        of(frameOf(loaded)).pipe(
          detectBoxes(detect),
          cropBoxes({ cropper, cropSizes: embedder.cropSizes }),
          embedCrops(embed, onEmbedded),
          mergeMap(({ boxes }) => turns(loaded.place, { ...loaded.arrival, isCut: loaded.isCut, boxes })),
        ),
      ),
    );

    const statsNow = (isLast: boolean): StatsEvent => ({
      type: 'stats',
      at: now(),
      isLast,
      frames: { ...counts, underWay: underWay(counts) },
      shows: judge.shows,
      latencyMs: latency.read(),
      reconnects: options.reconnects(),
    });
    const last$ = defer((): readonly WatchEvent[] => [...judge.finish(), statsNow(true)]);
    const frames$ = pull({ open, credits: new Credits(framesAtOnce) }).pipe(leased(journey), takeUntil(stop$));
    const withStats$ = frames$.pipe(
      connect((shared$) => {
        const end$ = shared$.pipe(ignoreElements(), endWith(undefined));
        const stats$ = interval(statsSeconds * 1000).pipe(map(() => statsNow(false)));
        return merge(shared$, stats$.pipe(takeUntil(end$)));
      }),
    );
    return concat(
      withStats$.pipe(
        catchError((error: unknown) =>
          concat(
            last$,
            throwError(() => error),
          ),
        ),
      ),
      last$,
    );
  });
}

function underWay({ came, passedOver, dropped, failed, processed }: WatchCounts): number {
  return came - passedOver - dropped - failed - processed;
}

function frameOf({ arrival, image }: LoadedFrame): Frame {
  return { owner: stream, name: `${arrival.index}`, image };
}

function now(): string {
  return new Date().toISOString();
}

interface LoadFrames {
  readonly door: Door;
  readonly counts: WatchCounts;
  readonly options: Pick<WatchGraphOptions, 'cutAt' | 'changeAt'>;
}

/** Decodes one frame after the other when there is room for it, and compares it with the one before. */
async function* loadFrames(arrivals: AsyncIterable<Arrival>, { door, counts, options }: LoadFrames) {
  const { cutAt, changeAt } = options;
  let place = 0;
  let before: Thumbnail | undefined;
  let decodedAt = 0;
  // Room first: the frame that is taken then is the newest there is.
  await door.reserve(1);
  for await (const arrival of arrivals) {
    const image = await arrival.load(door.signal);
    if (!image) {
      counts.failed += 1;
      continue;
    }
    const thumbnail = thumbnailOf(image);
    const change = before ? changeBetween(before, thumbnail) : Infinity;
    const seconds = arrival.seconds - decodedAt;
    decodedAt = arrival.seconds;
    if (change < changeAt) {
      counts.passedOver += 1;
      continue;
    }
    const isCut = before !== undefined && isSceneCut(change, { cutAt, seconds });
    yield { place, arrival, image, isCut } satisfies LoadedFrame;
    before = thumbnail;
    place += 1;
    await door.reserve(1);
  }
}
