import { from, map, type Observable } from 'rxjs';
import { type Box } from '../../src/core/box.ts';
import { bucketAspects, type CropSize } from '../../src/core/bucket.ts';
import { PipelineError } from '../../src/core/errors.ts';
import { type GalleryHit } from '../../src/core/gallery.ts';
import { type RgbImage } from '../../src/core/rgb-image.ts';
import { type Arrival, type WatchCounts, type WatchGraphPorts } from '../../src/pipelines/watch-graph.ts';

/** What one frame of the fake stream shows and does. */
export interface FakeFrame {
  /** Garments from left to right, each by the number of its item; 0 is one that the shop does not have. */
  readonly items: readonly number[];
  /** Level of the background: where it changes by much, the picture is cut. */
  readonly shade: number;
  /** Cannot be decoded. */
  readonly isBroken: boolean;
}

/** Items of the fake shop: `item 1`, `item 2`, ... */
export const shopItems = 4;

/** Stream time between two frames. */
const frameSeconds = 0.2;

/** A wait before each answer: none, a turn of the event loop, or so many milliseconds; cycled through. */
export type Delays = readonly number[];

/** Which part fails, at which of its calls, counted from 0. */
export interface FailAt {
  readonly part: 'source' | 'load' | 'detector' | 'embedder' | 'gallery';
  readonly call: number;
}

/** What the ports and the source saw. */
export interface StreamWitness {
  /** Calls of each part. */
  readonly calls: Readonly<Record<FailAt['part'], number>>;
  /** Indexes of the frames that were decoded, in that order. */
  readonly loaded: readonly number[];
  /** Sources that are open now. */
  readonly openSources: number;
  /** Calls of models, gallery and decoder that are not answered yet. */
  readonly pending: number;
  readonly signal: AbortSignal | undefined;
}

/** What the graph takes, and what was seen of it. */
export interface FakeStream {
  readonly arrivals: (signal: AbortSignal, counts: WatchCounts) => AsyncIterable<Arrival>;
  readonly ports: WatchGraphPorts;
  readonly witness: StreamWitness;
}

/** The failure of a part. */
export const failure: PipelineError = new PipelineError('inference-failed', 'the lane has ended');

const [width, height] = [48, 12];
const slot = 12;
const cropSizes = bucketAspects.map((aspect): CropSize => [Math.max(1, Math.round(4 * aspect)), 4]);

/**
 * A stream, and ports that answer after `delays` with answers that depend on the pixels alone.
 *
 * The first pixels of a frame say how many garments it has and which. A feature is a unit vector that is mostly its item's own
 * direction; item 0 looks like none.
 */
export function fakeStream(frames: readonly FakeFrame[], delays: Delays, failAt?: FailAt): FakeStream {
  const calls = { source: 0, load: 0, detector: 0, embedder: 0, gallery: 0 };
  const loaded: number[] = [];
  const witness = { calls, loaded, openSources: 0, pending: 0, signal: undefined as AbortSignal | undefined };
  let tick = 0;
  /** Counts the call, waits, and fails if it is the one that has to. */
  const call = async (part: FailAt['part']): Promise<void> => {
    const isLost = failAt?.part === part && failAt.call === calls[part];
    calls[part] += 1;
    witness.pending += 1;
    await sleep(delays[(tick += 1) % delays.length] ?? 0);
    witness.pending -= 1;
    if (isLost) throw failure;
  };
  const late = <T>(part: FailAt['part'], make: () => T): Observable<T> => from(call(part)).pipe(map(make));

  const arrivals = async function* (signal: AbortSignal, counts: WatchCounts): AsyncGenerator<Arrival> {
    witness.openSources += 1;
    witness.signal = signal;
    try {
      for (const [index, frame] of frames.entries()) {
        await call('source');
        if (signal.aborted) return;
        counts.came += 1;
        const load = async (): Promise<RgbImage | undefined> => {
          loaded.push(index);
          await call('load');
          return frame.isBroken ? undefined : imageOf(frame);
        };
        yield { index, seconds: index * frameSeconds, arrivedMs: performance.now(), load };
      }
      // The stream is over when it is seen to be.
      await call('source');
    } finally {
      witness.openSources -= 1;
    }
  };

  const ports: WatchGraphPorts = {
    detector: {
      detect: (images) =>
        late('detector', () =>
          images.map(({ data }) =>
            Array.from({ length: data[0]! }, (_, place) => ({
              box: [place * slot + 0.5, 0.5, (place + 1) * slot, height] as const,
              score: 0.9 - place / 10,
            })),
          ),
        ),
      [Symbol.asyncDispose]: () => Promise.resolve(),
    },
    cropper: ({ data }, [x1]: Box, [cropWidth, cropHeight]) => ({
      width: cropWidth,
      height: cropHeight,
      data: new Uint8Array(cropWidth * cropHeight * 3).fill(data[1 + Math.floor(x1 / slot)]!),
    }),
    embedder: {
      cropSizes,
      featureLength: shopItems + 1,
      embed: (crops) => late('embedder', () => crops.map(({ data }) => featureOf(data[0]!))),
      [Symbol.asyncDispose]: () => Promise.resolve(),
    },
    gallery: {
      picturesOf: () => 1,
      nearest: async (queries) => {
        await call('gallery');
        return queries.map(nearestTo);
      },
    },
  };
  return { arrivals, ports, witness };
}

function imageOf({ items, shade }: FakeFrame): RgbImage {
  const data = new Uint8Array(width * height * 3).fill(shade);
  data.set([items.length, ...items]);
  return { width, height, data };
}

function featureOf(item: number): Float32Array {
  return new Float32Array(shopItems + 1).fill(0).map((_, place) => Number(place === item));
}

/** Two pictures an item; the second is a little farther. */
function nearestTo(query: Float32Array): readonly GalleryHit[] {
  const hits = Array.from({ length: shopItems }, (_, place) =>
    ['0', '1'].map((frame, picture): GalleryHit => {
      const dot = query[place + 1]! * (0.95 - picture / 20);
      const owner = { side: 'query', id: `item ${place + 1}` } as const;
      return { box: { owner, frame, boxIndex: 0, box: [0, 0, 9, 9], score: 0.9 }, distance: 2 - 2 * dot };
    }),
  );
  return hits.flat().sort((a, b) => a.distance - b.distance);
}

async function sleep(ms: number): Promise<void> {
  if (ms === 1) await new Promise((resolve) => void setImmediate(resolve));
  if (ms > 1) await new Promise((resolve) => void setTimeout(resolve, ms));
}
