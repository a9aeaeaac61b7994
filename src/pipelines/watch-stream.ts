import { createReadStream } from 'node:fs';
import { from, lastValueFrom, merge, Observable, take, tap } from 'rxjs';
import { assertKeys, assertNumber, assertPath, type EveryKey } from '../core/assert.ts';
import { counted } from '../core/counted.ts';
import { messageOf } from '../core/errors.ts';
import { type ApproximateFacts } from '../core/gallery.ts';
import { type RgbImage } from '../core/rgb-image.ts';
import { type StatsEvent, type WatchEvent } from '../core/watch-event.ts';
import { type CutFrame, type StreamProblem } from '../media/cut-frame.ts';
import { cutFrames } from '../media/cut-frames.ts';
import { parseRawFormat, type RawFormat } from '../media/raw-format.ts';
import { createFrameDecoder, type CutFrameDecoder } from '../media/cut-frame-decoder.ts';
import { type Ffmpeg, findFfmpeg } from '../media/find-ffmpeg.ts';
import { openStreamSource, type ReconnectAttempt } from '../media/open-stream-source.ts';
import { streamInput } from '../media/stream-input.ts';
import { resizePicture } from '../media/resize-picture.ts';
import { type DeviceChoice, type DeviceReport } from '../models/choose-device.ts';
import { openModels } from '../models/open-models.ts';
import { openGallery } from './open-gallery.ts';
import { compactModels } from './package-folder.ts';
import { reusedCrops } from './reused-crops.ts';
import { assertSampling, defaultSampling, sampler, type Sampling } from './sampling.ts';
import { type Arrival, type WatchCounts, watchGraph } from './watch-graph.ts';
import { framesAtOnceFor, watchOptionKeys, type WatchOptions, watchSettings } from './watch-options.ts';
import { watchSourceKind } from './watch-source.ts';

/** Options of {@link watchStream}. */
export interface WatchStreamOptions extends WatchOptions {
  /** Folder that `vitrine index` wrote. */
  readonly index: string;
  /** Search the index through what `buildApproximate` made. @defaultValue `false` */
  readonly approximate?: boolean | undefined;
  /** A stream of bytes (frames as YUV4MPEG2, JPEG, PNG, PPM or raw); or a file, a folder of pictures, a URL or a webcam. */
  readonly source: AsyncIterable<Uint8Array> | string;
  /** What raw bytes are, in a stream or a file of them, such as `540x960:rgb24@25`; other formats say so themselves. */
  readonly raw?: RawFormat | string | undefined;
  /** Frames a second of a stream or pictures that do not say: above 0. @defaultValue `25`; of a folder of pictures `5` */
  readonly rate?: number | undefined;
  /** Largest frame that is taken of bytes, in bytes as it comes; nothing to what ffmpeg reads. @defaultValue `67108864`, which is 64 MiB */
  readonly maxFrameBytes?: number | undefined;
  /** @defaultValue five frames a second */
  readonly sampling?: Sampling | undefined;
  /** Folder of a model set. @defaultValue the compact set of this package */
  readonly models?: string | undefined;
  /** @defaultValue `'auto'` */
  readonly device?: DeviceChoice | undefined;
  /** Worker threads that run models: an integer, at least 1. @defaultValue CPU cores on `cpu`, 1 on a GPU */
  readonly lanes?: number | undefined;
  /** Ends the run, with a last `stats` event. */
  readonly signal?: AbortSignal | undefined;
  /** Told once, when everything is open and the first frame is awaited. */
  readonly onReady?: ((ready: WatchReady) => void) | undefined;
  /** Told of each event. While a promise that it returns is pending, no further frame is judged; one that is rejected ends the run at the next frame or the end, and its reason comes out. */
  readonly onEvent: (event: WatchEvent) => void | Promise<void>;
  /** Told what is wrong with the bytes; what can be read is looked at. */
  readonly onProblem?: ((problem: string) => void) | undefined;
  /** Told when a live source is opened again. */
  readonly onReconnect?: ((attempt: ReconnectAttempt) => void) | undefined;
}

const optionKeys: EveryKey<WatchStreamOptions> = {
  ...watchOptionKeys,
  index: true,
  approximate: true,
  source: true,
  raw: true,
  rate: true,
  maxFrameBytes: true,
  sampling: true,
  models: true,
  device: true,
  lanes: true,
  signal: true,
  onReady: true,
  onEvent: true,
  onProblem: true,
  onReconnect: true,
};

/** What a run works with. */
export interface WatchReady {
  readonly device: DeviceReport;
  readonly ffmpeg: Ffmpeg;
  /** Items and boxes of the index. */
  readonly items: number;
  readonly boxes: number;
  /** What an approximate search goes by; undefined when the search is exact. */
  readonly approximate: ApproximateFacts | undefined;
  readonly whenBehind: 'wait' | 'drop-oldest';
}

const defaultRate = 25;

/** Of a folder of pictures: as many as are looked at by default. */
const picturesASecond = 5;

/**
 * Watches a stream of frames for the items of a shop, until it ends or `signal` aborts.
 *
 * Returns the last `stats` event, which `onEvent` has been told too. Frames are cut out of the bytes, sampled, decoded and looked at by
 * {@link watchGraph}; a frame that cannot be decoded is counted and told to `onProblem`.
 *
 * @throws TypeError when an option is out of range, or means nothing to the source.
 * @throws PipelineError `store-invalid`, `ffmpeg-missing`, `library-missing`, `manifest-invalid`, `model-invalid`, `device-unavailable`,
 * `inference-failed`, `options-invalid` when a folder has no picture, `stream-unreadable` when no frame can be had from the source otherwise.
 */
export async function watchStream(options: WatchStreamOptions): Promise<StatsEvent> {
  assertKeys('options', options, optionKeys);
  const { source, sampling = defaultSampling, signal, onEvent } = options;
  assertSampling(sampling);
  assertPath('index', options.index);
  const isLive = typeof source === 'string' && streamInput(source).isLive;
  const settings = watchSettings({
    ...options,
    whenBehind: options.whenBehind ?? (isLive ? 'drop-oldest' : 'wait'),
    ...(sampling.kind === 'change' && { changeAt: sampling.changeAt }),
  });
  const raw = typeof options.raw === 'string' ? parseRawFormat(options.raw) : options.raw;
  const kind = await watchSourceKind(options);
  const rate = options.rate ?? (kind === 'pictures' ? picturesASecond : defaultRate);
  assertNumber('rate', rate, 1e-3, 1000);
  const ffmpeg = await findFfmpeg();
  await using models = await openModels({
    folder: options.models ?? compactModels,
    device: options.device,
    lanes: options.lanes,
    resize: resizePicture,
    signal,
  });
  const { approximate = false } = options;
  const model = models.set.fingerprint;
  await using gallery = await openGallery(options.index, { model, approximate, ...(signal && { signal }) });
  await gallery.ready(); // So that damage is told before a frame is taken.
  await using decoder = createFrameDecoder(ffmpeg);
  const { device, detector, embedder } = models;
  const [items, boxes] = [gallery.items.length, gallery.rows];
  const { whenBehind } = settings;
  options.onReady?.({ device, ffmpeg, items, boxes, approximate: gallery.approximate, whenBehind });

  let reconnects = 0;
  const onReconnect = (attempt: ReconnectAttempt): void => {
    reconnects += 1;
    options.onReconnect?.(attempt);
  };
  const arrivals = (stop: AbortSignal, counts: WatchCounts): AsyncIterable<Arrival> =>
    arrive(cutSource({ options, raw, ffmpeg, stop, onReconnect }), { options, rate, sampling, counts, decoder });

  let delivered: Promise<void> | undefined;
  const graph$ = watchGraph(
    arrivals,
    { detector, embedder, gallery, ...reusedCrops() },
    {
      ...settings,
      lanes: device.lanes,
      framesAtOnce: settings.framesAtOnce ?? framesAtOnceFor(device.lanes),
      reconnects: () => reconnects,
      delivered: () => delivered,
      stop$: aborted(signal),
    },
  );
  let last: StatsEvent | undefined;
  const deliver = (event: WatchEvent): void => {
    if (event.type === 'stats') last = event;
    const told = onEvent(event);
    if (told === undefined) return;
    // One that is told meanwhile of another event is not to hide that this one is still pending, or was rejected.
    delivered = Promise.all([delivered, told]).then(() => undefined);
    delivered.catch(() => undefined); // It comes out below, or of the next frame.
  };
  await lastValueFrom(graph$.pipe(tap(deliver)));
  if (delivered) await lastValueFrom(merge(from(delivered), aborted(signal)).pipe(take(1)));
  if (last === undefined) throw new Error('A run of the graph ended without its last `stats`');
  return last;
}

interface CutSource {
  readonly options: WatchStreamOptions;
  readonly raw: RawFormat | undefined;
  readonly ffmpeg: Ffmpeg;
  readonly stop: AbortSignal;
  readonly onReconnect: (attempt: ReconnectAttempt) => void;
}

function cutSource({ options, raw, ffmpeg, stop, onReconnect }: CutSource): AsyncIterable<CutFrame> {
  const { source, rate, maxFrameBytes, onProblem } = options;
  if (typeof source === 'string' && !raw)
    return openStreamSource(source, { ffmpeg, signal: stop, onReconnect, onProblem }).frames;
  return cutFrames(typeof source === 'string' ? createReadStream(source) : source, {
    signal: stop,
    onProblem: (problem) => onProblem?.(describeProblem(problem)),
    ...(raw && { raw }),
    ...(rate !== undefined && { rate }),
    ...(maxFrameBytes !== undefined && { maxFrameBytes }),
  });
}

function describeProblem(problem: StreamProblem): string {
  const { kind, index, bytes } = problem;
  if (kind === 'garbage')
    return `${counted(bytes, 'byte')} before frame ${index} belong to no frame and were passed over`;
  const part = problem.expected === undefined ? counted(bytes, 'byte') : `${bytes} of ${problem.expected} bytes`;
  return `The stream ended inside frame ${index}, after ${part}; that frame was left out`;
}

interface Arrive {
  readonly options: Pick<WatchStreamOptions, 'onProblem'>;
  readonly rate: number;
  readonly sampling: Sampling;
  readonly counts: WatchCounts;
  readonly decoder: CutFrameDecoder;
}

/** Counts every frame and keeps those that are wanted, not yet decoded. */
async function* arrive(frames: AsyncIterable<CutFrame>, how: Arrive): AsyncGenerator<Arrival> {
  const { options, rate, sampling, counts, decoder } = how;
  const isWanted = sampler(sampling);
  for await (const frame of frames) {
    counts.came += 1;
    const { index, seconds = index / rate } = frame;
    if (!isWanted({ index, seconds })) {
      counts.passedOver += 1;
      continue;
    }
    const load = (signal: AbortSignal): Promise<RgbImage | undefined> =>
      decoder.decode(frame, { signal }).catch((error: unknown) => {
        signal.throwIfAborted();
        options.onProblem?.(`Frame ${index} cannot be decoded: ${messageOf(error)}`);
        return undefined;
      });
    yield { index, seconds, arrivedMs: performance.now(), load };
  }
}

/** Speaks once, when the signal aborts. */
function aborted(signal: AbortSignal | undefined): Observable<void> {
  return new Observable((subscriber) => {
    const speak = (): void => subscriber.next();
    if (signal?.aborted) return speak();
    signal?.addEventListener('abort', speak, { once: true });
    return () => signal?.removeEventListener('abort', speak);
  });
}
