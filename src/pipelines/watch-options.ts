import { assertInteger, assertKeys, assertNumber, assertOneOf, type EveryKey } from '../core/assert.ts';
import { defaultFlow } from '../core/defaults.ts';
import { defaultTracking, type TrackingOptions } from '../tracking/tracking-options.ts';
import { usableCores } from '../models/place-models.ts';
import { type WatchGraphOptions, type WhenBehind } from './watch-graph.ts';

/** Options that `watchFrames` and `watchStream` share. */
export interface WatchOptions {
  /** Bounds of tracks and announcements; each has a default of its own. */
  readonly tracking?: Partial<TrackingOptions> | undefined;
  /** What becomes of frames that come too fast. @defaultValue `'wait'`; of a live source `'drop-oldest'` */
  readonly whenBehind?: WhenBehind | undefined;
  /** Frames that are decoded and not yet judged: an integer, at least 1. @defaultValue twice the lanes */
  readonly framesAtOnce?: number | undefined;
  /** Mean change between two frames that counts as a cut, 0 to 255; up to twice as much where they are over 0.2 s apart. @defaultValue `24` */
  readonly cutAt?: number | undefined;
  /** Frames that differ by less from the last one that was looked at are passed over, 0 to 255. @defaultValue `0`: none is */
  readonly changeAt?: number | undefined;
  /** Seconds between two `stats` events: at least 0.1. @defaultValue `10` */
  readonly statsSeconds?: number | undefined;
  /** Put the feature of each box into its `frame` event. @defaultValue `false` */
  readonly features?: boolean | undefined;
}

/** Every key of {@link WatchOptions}. */
export const watchOptionKeys: EveryKey<WatchOptions> = {
  tracking: true,
  whenBehind: true,
  framesAtOnce: true,
  cutAt: true,
  changeAt: true,
  statsSeconds: true,
  features: true,
};

/** What is set where nothing else is asked for. */
export const defaultWatch = { cutAt: 24, changeAt: 0, statsSeconds: 10 } as const;

/** The policies at the entrance. */
export const whenBehindChoices: readonly WhenBehind[] = ['wait', 'drop-oldest'];

/** Every setting, with what was not given filled in. */
export type WatchSettings = Omit<WatchGraphOptions, 'lanes' | 'framesAtOnce' | 'reconnects' | 'delivered'> & {
  readonly framesAtOnce: number | undefined;
};

/** @throws TypeError when an option is out of range. */
export function watchSettings(options: WatchOptions): WatchSettings {
  const { whenBehind = 'wait', framesAtOnce, features = false } = options;
  const tracking = trackingOf(options.tracking ?? {});
  const cutAt = options.cutAt ?? defaultWatch.cutAt;
  const changeAt = options.changeAt ?? defaultWatch.changeAt;
  const statsSeconds = options.statsSeconds ?? defaultWatch.statsSeconds;
  assertOneOf('whenBehind', whenBehind, whenBehindChoices);
  if (framesAtOnce !== undefined) assertInteger('framesAtOnce', framesAtOnce, 1, 4096);
  assertNumber('cutAt', cutAt, 0, 255);
  assertNumber('changeAt', changeAt, 0, 255);
  assertNumber('statsSeconds', statsSeconds, 0.1, 86_400);
  const { detectorBatch, embedderBatch } = defaultFlow;
  return {
    tracking,
    whenBehind,
    framesAtOnce,
    cutAt,
    changeAt,
    statsSeconds,
    features,
    detectorBatch,
    embedderBatch,
  };
}

function trackingOf(given: Partial<TrackingOptions>): TrackingOptions {
  assertKeys('tracking', given, defaultTracking);
  const { announceAt = defaultTracking.announceAt } = given;
  const tracking = { ...defaultTracking, doubtBelow: Math.min(defaultTracking.doubtBelow, announceAt), ...given };
  assertNumber('tracking.minOverlap', tracking.minOverlap, 0, 1);
  assertNumber('tracking.minLikeness', tracking.minLikeness, -1, 1);
  assertNumber('tracking.sureLikeness', tracking.sureLikeness, -1, 1);
  assertNumber('tracking.halfLifeSeconds', tracking.halfLifeSeconds, 1e-3);
  assertNumber('tracking.lingerSeconds', tracking.lingerSeconds, 0);
  assertNumber('tracking.evenDistance', tracking.evenDistance, 0, 4);
  assertNumber('tracking.temperature', tracking.temperature, 1e-6);
  assertNumber('tracking.announceAt', tracking.announceAt, 0, 1);
  assertNumber('tracking.doubtBelow', tracking.doubtBelow, 0, tracking.announceAt);
  assertNumber('tracking.holdSeconds', tracking.holdSeconds, 0);
  assertInteger('tracking.holdBoxes', tracking.holdBoxes, 1);
  return tracking;
}

/** Frames under way that keep every lane at work: one in the models and one that is ready. */
export function framesAtOnceFor(lanes: number = usableCores()): number {
  return lanes * 2;
}
