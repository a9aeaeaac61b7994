import { defer, from, map, mergeMap, type Observable, pipe } from 'rxjs';
import { type Crop } from '../core/crop.ts';
import { type FlowOptions } from '../core/defaults.ts';
import { type FrameSource, type InputOutcome } from '../core/frame-source.ts';
import { type Detector, type Embedder } from '../core/ports.ts';
import { Credits } from '../flow/credits.ts';
import { leased } from '../flow/leased.ts';
import { StageMeter, type StageReport } from '../flow/stage-meter.ts';
import { aggregateBoxes } from '../operators/aggregate-boxes.ts';
import { cropBoxes, type Cropper } from '../operators/crop-boxes.ts';
import { detectBoxes, shareDetector } from '../operators/detect-boxes.ts';
import { embedCrops, shareEmbedder } from '../operators/embed-crops.ts';
import { type Decode, sampleFrames } from '../operators/sample-frames.ts';
import { storeBoxes, type StoredBoxes, type WriteBoxes } from '../operators/store-boxes.ts';

/** The devices of the graph. */
export interface BoxGraphPorts {
  readonly decode: Decode;
  readonly detector: Detector;
  readonly cropper: Cropper;
  /** Told of each crop that is embedded, whose pixels nobody looks at any more. */
  readonly onEmbedded?: ((crop: Crop) => void) | undefined;
  readonly embedder: Embedder;
  readonly write: WriteBoxes;
}

/** Options of {@link boxGraph}. */
export interface BoxGraphOptions extends FlowOptions {
  /** Batches of each model that run at once: an integer, at least 1. */
  readonly lanes: number;
}

/** An item or clip whose boxes are stored, and what became of its files. */
export interface StoredSource extends StoredBoxes {
  readonly outcomes: readonly InputOutcome[];
}

/** Names of the stages, in their order. */
export type StageName = 'decode' | 'detect' | 'crop' | 'embed' | 'store';

/** Names of the edges, with what they carry. */
export type EdgeName =
  | 'credit out (bytes)'
  | 'decode → (frames)'
  | '→ detect (frames)'
  | 'crop → embed (crops)'
  | '→ store (items and clips)';

/** A graph that is ready to run once. */
export interface BoxGraph {
  /** One value an item or clip, in the order in which they are done. */
  readonly stored$: Observable<StoredSource>;
  /** Bytes of pixels in flight. */
  readonly bytes: Credits;
  /** What each stage has done so far. */
  readStages(): Readonly<Record<StageName, StageReport>>;
  /** What is on each edge of the graph now, those that are being worked on included, by what the edge is called. */
  readEdges: () => Readonly<Record<EdgeName, number>>;
}

/** Sources that are open beside those that are being decoded: their last frames are in the lanes or their boxes on the way to the disk. */
const sourcesBehindDecoders = 16;

/**
 * From pictures and clips to stored boxes: the part of the main job that moves pixels.
 *
 * Each source has a stream of its own through stages that all sources share, and is complete when its stream is. What is in memory is
 * bounded three times, and not by the number of sources: `budgetBytes` of pixels (or one frame, where that is larger),
 * `concurrency` decoders, and `concurrency + 16` open sources with their features. What is stored depends on none of the options.
 *
 * An input that cannot be read is an outcome; an error of a model or of `write` ends the graph. Unsubscribing gives back every credit.
 *
 * @throws TypeError when called, if an option is out of range.
 */
export function boxGraph(sources: Iterable<FrameSource>, ports: BoxGraphPorts, options: BoxGraphOptions): BoxGraph {
  const { decode, detector, cropper, onEmbedded, embedder, write } = ports;
  const { concurrency, detectorBatch, embedderBatch, budgetBytes, lanes } = options;
  const openSources = concurrency + sourcesBehindDecoders;
  const meters = {
    decode: new StageMeter({ slots: concurrency }),
    detect: new StageMeter({ slots: lanes }),
    crop: new StageMeter({ slots: 1 }),
    embed: new StageMeter({ slots: lanes }),
    store: new StageMeter({ slots: openSources }),
  };
  const bytes = new Credits(budgetBytes);
  const decoders = new Credits(concurrency);
  const detect = shareDetector(detector, { maxBatch: detectorBatch, slots: lanes, meter: meters.detect });
  const embed = shareEmbedder(embedder, { maxBatch: embedderBatch, slots: lanes, meter: meters.embed });

  const boxesOf = (source: FrameSource): Observable<StoredSource> =>
    defer(() => {
      const outcomes = new Map<string, InputOutcome>();
      const onInput = (outcome: InputOutcome): void => void outcomes.set(outcome.path, outcome);
      return sampleFrames(source, { decode, bytes, decoders, onInput, meter: meters.decode }).pipe(
        leased(
          pipe(
            detectBoxes(detect),
            cropBoxes({ cropper, cropSizes: embedder.cropSizes, meter: meters.crop }),
            embedCrops(embed, onEmbedded),
          ),
        ),
        aggregateBoxes(source.owner),
        storeBoxes({ write, meter: meters.store }),
        // In the order of the inputs, whichever ended first.
        map((stored) => ({ ...stored, outcomes: source.inputs.flatMap(({ path }) => outcomes.get(path) ?? []) })),
      );
    });

  return {
    stored$: from(sources).pipe(mergeMap(boxesOf, openSources)),
    bytes,
    readStages: () => ({
      decode: meters.decode.read(),
      detect: meters.detect.read(),
      crop: meters.crop.read(),
      embed: meters.embed.read(),
      store: meters.store.read(),
    }),
    readEdges: () => ({
      'credit out (bytes)': bytes.inUse,
      'decode → (frames)': meters.decode.inFlight,
      '→ detect (frames)': meters.detect.inFlight,
      'crop → embed (crops)': meters.embed.inFlight,
      '→ store (items and clips)': meters.store.inFlight,
    }),
  };
}
