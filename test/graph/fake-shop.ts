import { from, map, type Observable } from 'rxjs';
import { bucketAspects, type CropSize } from '../../src/core/bucket.ts';
import { type Detection } from '../../src/core/detection.ts';
import { PipelineError } from '../../src/core/errors.ts';
import { type FrameSource } from '../../src/core/frame-source.ts';
import { ownerKey } from '../../src/core/frame.ts';
import { type RgbImage } from '../../src/core/rgb-image.ts';
import { type BoxGraphPorts } from '../../src/pipelines/box-graph.ts';

/** What one file of the fake shop holds and does. */
export interface FakeFile {
  /** Width and height of its frames, and how many boxes each has. */
  readonly size: readonly [width: number, height: number];
  readonly boxes: readonly number[];
  /** Ends like a file that cannot be read (further). */
  readonly isBroken: boolean;
}

/** One item (many files) or clip (one file). */
export interface FakeSource {
  readonly side: 'query' | 'gallery';
  readonly files: readonly FakeFile[];
}

/** A wait before each answer: none, a turn of the event loop, or so many milliseconds; cycled through. */
export type Delays = readonly number[];

/** What the ports saw. */
export interface Witness {
  /** Bytes of the frames that were decoded and not yet embedded, at the worst moment, counted without looking at any credit. */
  readonly peakBytes: number;
  readonly largestFrame: number;
  /** Files that are being read now. */
  readonly openFiles: number;
  readonly largestBatch: { readonly detector: number; readonly embedder: number };
  /** Stored boxes, one line a box, by owner. */
  readonly stored: ReadonlyMap<string, readonly string[]>;
}

const cropSizes = bucketAspects.map((aspect): CropSize => [Math.max(1, Math.round(4 * aspect)), 4]);

/** The sources as the graph takes them; a file's path says which file it is. */
export function sourcesOf(shop: readonly FakeSource[]): readonly FrameSource[] {
  return shop.map(({ side, files }, place) => ({
    owner: { side, id: String(place) },
    inputs: files.map(({ boxes }, file) => ({ name: String(file), path: `${place}/${file}`, wanted: boxes.length })),
  }));
}

/**
 * Ports that answer after `delays`, with answers that depend on the pixels alone, and a witness of what they saw.
 *
 * The first pixels of a frame say how many boxes it has and which frame it is; a feature is made of the crop's pixels.
 */
export function fakePorts(
  shop: readonly FakeSource[],
  delays: Delays,
  failAt: { readonly call: number } = { call: Infinity },
): { readonly ports: BoxGraphPorts; readonly witness: Witness } {
  let tick = 0;
  const wait = (): Promise<void> => sleep(delays[(tick += 1) % delays.length] ?? 0);
  const late = <T>(make: () => T): Observable<T> => {
    const isLost = tick >= failAt.call;
    return from(wait()).pipe(map(() => (isLost ? fail() : make())));
  };
  const stored = new Map<string, readonly string[]>();
  const witness = {
    peakBytes: 0,
    largestFrame: 0,
    openFiles: 0,
    largestBatch: { detector: 0, embedder: 0 },
    stored,
  };

  /** Frames under way: their bytes, and their crops that are not embedded yet. */
  const underWay = new Map<string, { readonly bytes: number; crops: number }>();
  const begin = (frame: string, bytes: number, crops: number): void => {
    underWay.set(frame, { bytes, crops });
    const sum = [...underWay.values()].reduce((all, one) => all + one.bytes, 0);
    witness.peakBytes = Math.max(witness.peakBytes, sum);
    witness.largestFrame = Math.max(witness.largestFrame, bytes);
  };
  const endIfDone = (frame: string, embedded: number): void => {
    const one = underWay.get(frame);
    if (!one) throw new TypeError(`Expected ${frame} to be under way`);
    one.crops -= embedded;
    if (one.crops === 0) underWay.delete(frame);
  };

  const ports: BoxGraphPorts = {
    decode: async function* ({ side }, { path }, { reserve, signal }) {
      witness.openFiles += 1;
      try {
        const [place, number] = path.split('/').map(Number);
        const file = shop[place ?? 0]?.files[number ?? 0];
        if (!file) throw new TypeError(`Expected a file at ${path}`);
        const [width, height] = file.size;
        for (const [index, boxes] of file.boxes.entries()) {
          await reserve(width * height * 3);
          await wait();
          signal.throwIfAborted();
          const data = new Uint8Array(width * height * 3).fill(index + 1);
          data.set([boxes, place ?? 0, number ?? 0]);
          begin(`${place}/${number}/${index + 1}`, data.length, boxes - Math.floor(boxes / 3));
          yield { name: side === 'query' ? String(number) : String(80 + 20 * index), image: { width, height, data } };
        }
        if (file.isBroken) throw new PipelineError('clip-unreadable', 'broken', { path });
      } finally {
        witness.openFiles -= 1;
      }
    },
    detector: {
      detect: (images) => {
        witness.largestBatch.detector = Math.max(witness.largestBatch.detector, images.length);
        return late(() =>
          images.map((image) => {
            endIfDone(`${image.data[1]}/${image.data[2]}/${image.data.at(-1)}`, 0);
            return detectionsIn(image);
          }),
        );
      },
      [Symbol.asyncDispose]: () => Promise.resolve(),
    },
    cropper: (image, [x1, y1, x2, y2], [width, height]) => {
      const data = new Uint8Array(width * height * 3).fill(image.data.at(-1) ?? 0);
      data.set([x1, y1, x2, y2, ...image.data.subarray(1, 3)]);
      return { width, height, data };
    },
    embedder: {
      cropSizes,
      featureLength: 4,
      embed: (crops) => {
        witness.largestBatch.embedder = Math.max(witness.largestBatch.embedder, crops.length);
        return late(() =>
          crops.map(({ data }) => {
            endIfDone(`${data[4]}/${data[5]}/${data.at(-1)}`, 1);
            return Float32Array.of(data[0] ?? 0, data[4] ?? 0, data[5] ?? 0, data.at(-1) ?? 0);
          }),
        );
      },
      [Symbol.asyncDispose]: () => Promise.resolve(),
    },
    write: (owner, boxes) =>
      late(() => {
        const lines = boxes.map(({ owner: of, feature, ...box }) =>
          JSON.stringify({ ...box, of, feature: [...feature] }),
        );
        stored.set(ownerKey(owner), lines);
      }),
  };
  return { ports, witness };
}

/** As many boxes as the first pixel says, of many shapes; every third one is outside the picture. */
function detectionsIn({ width, height, data }: RgbImage): readonly Detection[] {
  return Array.from({ length: data[0] ?? 0 }, (_, place) => {
    const left = place % 3 === 2 ? width + 1 : 0.5;
    return { box: [left, 0.5, left + 1 + (place % width), 1 + (place % height)], score: 1 - place / 100 };
  });
}

async function sleep(ms: number): Promise<void> {
  if (ms === 1) await new Promise((resolve) => void setImmediate(resolve));
  if (ms > 1) await new Promise((resolve) => void setTimeout(resolve, ms));
}

function fail(): never {
  throw new PipelineError('inference-failed', 'the lane has ended');
}
