import { isObservable, NEVER, type Observable } from 'rxjs';
import { assertKeys, type EveryKey } from '../core/assert.ts';
import { type LiveFrame } from '../core/live-frame.ts';
import { type Gallery } from '../core/gallery.ts';
import { type Detector, type Embedder } from '../core/ports.ts';
import { type WatchEvent } from '../core/watch-event.ts';
import { iterate } from '../flow/iterate.ts';
import { cropResample } from '../media/crop-resample.ts';
import { type Arrival, type WatchCounts, watchGraph } from './watch-graph.ts';
import { framesAtOnceFor, watchOptionKeys, type WatchOptions, watchSettings } from './watch-options.ts';

/** Options of {@link watchFrames}. */
export interface WatchFramesOptions extends WatchOptions {
  /** What `openModels` gave; they are not closed. */
  readonly models: {
    readonly detector: Detector;
    readonly embedder: Embedder;
    readonly device: { readonly lanes: number };
  };
}

const optionKeys: EveryKey<WatchFramesOptions> = { ...watchOptionKeys, models: true };

/**
 * Says which item of a shop is on show in a stream of frames, frame by frame and then for good.
 *
 * Each subscription is a run of its own. An Observable cannot be held back: with `whenBehind: 'wait'` what it pushes too fast is kept in memory, with
 * `'drop-oldest'` it is given up and counted. An async iterable is asked for the next frame when there is room for it. The
 * last event is a `stats` with `isLast`; unsubscribing ends the run without one. Errors of the source and the models come out.
 *
 * @example watchFrames(camera$, gallery, { models }).subscribe((event) => console.log(JSON.stringify(event)));
 * @throws TypeError when called, if an option is out of range.
 */
export function watchFrames(
  source: Observable<LiveFrame> | AsyncIterable<LiveFrame>,
  gallery: Pick<Gallery, 'nearest' | 'picturesOf'>,
  options: WatchFramesOptions,
): Observable<WatchEvent> {
  assertKeys('options', options, optionKeys);
  const settings = watchSettings(options);
  const { detector, embedder, device } = options.models;
  const arrivals = (signal: AbortSignal, counts: WatchCounts): AsyncIterable<Arrival> =>
    arrive(isObservable(source) ? iterate(source, signal) : source, counts);
  return watchGraph(
    arrivals,
    { detector, embedder, cropper: cropResample, gallery },
    {
      ...settings,
      lanes: device.lanes,
      framesAtOnce: settings.framesAtOnce ?? framesAtOnceFor(device.lanes),
      reconnects: () => 0,
      stop$: NEVER,
    },
  );
}

async function* arrive(frames: AsyncIterable<LiveFrame>, counts: WatchCounts): AsyncGenerator<Arrival> {
  for await (const { index, seconds, image } of frames) {
    counts.came += 1;
    yield { index, seconds, arrivedMs: performance.now(), load: () => Promise.resolve(image) };
  }
}
