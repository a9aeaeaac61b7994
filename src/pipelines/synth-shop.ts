import { assertInteger, assertKeys, assertNumber, assertOneOf, type EveryKey } from '../core/assert.ts';
import { defaultSynth } from '../core/defaults.ts';
import { PipelineError } from '../core/errors.ts';
import { assertFreeFolder } from '../io/assert-free-folder.ts';
import { whileClaimed } from '../io/claim-folder.ts';
import { findFfmpeg } from '../media/find-ffmpeg.ts';
import { type clipPresets } from '../media/open-clip-writer.ts';
import { createPool, type GarmentEntry } from '../synth/garment-pool.ts';
import { planShop, type ShopEntry } from '../synth/plan-shop.ts';
import { createRandom, type Random } from '../synth/random.ts';
import { drawnGarments, photographedGarments, type PhotoSplit } from './garment-source.ts';
import { type SynthProgress, type SynthReport } from './synth-report.ts';
import { type ClipFormat, framesOf, writeClip } from './write-clip.ts';
import { writeCutouts } from './write-cutouts.ts';
import { planItem, writeItem } from './write-item.ts';

/** Options of {@link synthShop}. */
export interface SynthShopOptions {
  /** Folder that the shop is written to: a missing one, which is made, or an empty one. */
  readonly out: string;
  /** Items, and clips too: an integer, at least 1. */
  readonly items: number;
  /** Same seed, same bytes of pixels: an integer, at least 0. Drawn shops of neighbouring seeds share no garment up to 3,325 items each; larger ones want seeds further apart. */
  readonly seed: number;
  /** A photo set (`photos/<kind>/<id>.jpg`, `masks/<kind>/<id>.png`) whose garments are used in place of drawn ones. */
  readonly photos?: string;
  /** Part of the photo set. @defaultValue `'all'` */
  readonly split?: PhotoSplit;
  /** Frames of a clip: an integer, at least 2. @defaultValue `400` */
  readonly clipFrames?: number;
  /** Width and height of clips in pixels: even integers. @defaultValue `[540, 960]` */
  readonly clipSize?: readonly [width: number, height: number];
  /** Size of pictures against 800x800 and 750x1000, 0.1 to 4. @defaultValue `1` */
  readonly pictureScale?: number;
  /** Share of the items that no clip shows, and of the clips that show no item, 0 to 1. @defaultValue `0.2` */
  readonly decoys?: number;
  /** Share of the items that are a top and a bottom, 0 to 1. @defaultValue `0.2` */
  readonly outfits?: number;
  /** Loss of the H.264 encoder: an integer from 0 to 51. @defaultValue `26` */
  readonly crf?: number;
  /** Speed of the H.264 encoder. @defaultValue `'veryfast'` */
  readonly preset?: (typeof clipPresets)[number];
  /** Writes the annotated frames as `video_frames/<video_id>/<frame>.jpg` in place of clips. @defaultValue `false` */
  readonly stills?: boolean;
  /** Writes single garments in the layout of a photo set, with the seeds from `seed` on, in place of a shop. @defaultValue `false` */
  readonly cutouts?: boolean;
  /** Stops the work; the promise then rejects with the signal's reason. */
  readonly signal?: AbortSignal;
  /** Called after each item, each frame of a clip, and each clip. */
  readonly onProgress?: (progress: SynthProgress) => void;
}

const optionKeys: EveryKey<SynthShopOptions> = {
  out: true,
  items: true,
  seed: true,
  photos: true,
  split: true,
  clipFrames: true,
  clipSize: true,
  pictureScale: true,
  decoys: true,
  outfits: true,
  crf: true,
  preset: true,
  stills: true,
  cutouts: true,
  signal: true,
  onProgress: true,
};

const defaults = { ...defaultSynth, clipSize: [540, 960], pictureScale: 1, preset: 'veryfast' } as const;

/** Seeds of drawn garments that belong to one shop. */
const seedsPerShop = 10_000;

/** Seeds below belong to single garments. */
const firstShopSeed = 10_000_000;

/**
 * Makes a shop with truth: pictures of items, clips in which a host wears or holds them, decoys on both sides, and annotations, all in
 * the layout of SPEC 1. Holds one clip at a time; each file is written whole or not at all. No photo serves two items: where they are too
 * few, the shop is smaller than asked for, which the report tells.
 *
 * @example await synthShop({ out: 'shop', items: 15, seed: 7 });
 * @throws TypeError when an option is out of range.
 * @throws {@link PipelineError} `options-invalid` when the folder is not empty, photos are given for cutouts, or a split without photos; others when photos cannot be read, ffmpeg is missing, a file cannot be written or
 * another run is writing into the folder.
 */
export async function synthShop(options: SynthShopOptions): Promise<SynthReport> {
  assertKeys('options', options, optionKeys);
  const { out, items, seed, split = 'all', cutouts = false, signal, onProgress } = options;
  const { clipFrames, pictureScale, decoys, outfits } = { ...defaults, ...options };
  assertInteger('items', items, 1);
  assertInteger('seed', seed, 0);
  assertInteger('clipFrames', clipFrames, 2);
  assertNumber('pictureScale', pictureScale, 0.1, 4);
  assertNumber('decoys', decoys, 0, 1);
  assertNumber('outfits', outfits, 0, 1);
  assertOneOf('split', split, ['all', 'train', 'validation']);
  if (cutouts && options.photos !== undefined) throw refused('cutouts are drawn, so that photos are of no use');
  if (split !== 'all' && options.photos === undefined) throw refused('a split is one of photos, which are missing');
  return whileClaimed([out], async () => {
    await assertFreeFolder(out, cutouts ? 'a set of photos' : 'a shop');
    return cutouts
      ? writeCutouts({ out, entries: drawnGarments(seed, items), signal, onProgress })
      : writeShop(options, split);
  });
}

function refused(what: string): PipelineError {
  return new PipelineError('options-invalid', `Cannot make that: ${what}`);
}

async function writeShop(options: SynthShopOptions, split: PhotoSplit): Promise<SynthReport> {
  const { out, items, seed, photos, stills = false, signal, onProgress } = options;
  const { clipFrames, clipSize, pictureScale, decoys, outfits, crf, preset } = { ...defaults, ...options };
  const started = performance.now();
  const random = createRandom(`shop ${seed}`);
  const drawn = (): readonly GarmentEntry[] => drawnGarments(firstShopSeed + seed * seedsPerShop, items * 3 + 24);
  const pool = createPool(
    photos === undefined ? drawn() : await photographedGarments(photos, split, random.fork('photos')),
  );
  const plan = planShop(pool, { items, decoys, outfits }, random.fork('plan'));
  if (plan.items.length + plan.clips.length === 0) {
    const message = `Too few photos in ${photos} for one item: two of five of each kind are kept for the background. Add some.`;
    throw new PipelineError('dataset-invalid', message, { ...(photos !== undefined && { path: photos }) });
  }
  const ffmpeg = stills ? undefined : await findFfmpeg();
  const randomOf = (kind: 'item' | 'clip', { id }: ShopEntry): Random => random.fork(`${kind} ${id}`);
  const total = plan.items.length + plan.clips.length;
  const perClip = framesOf({ frames: clipFrames, ffmpeg }).length;
  const pictures = plan.items.reduce((sum, item) => sum + planItem(randomOf('item', item), pictureScale).length, 0);
  const framesTotal = pictures + plan.clips.length * perClip;
  const report = { items: 0, clips: 0, pictures: 0, frames: 0 };
  const missing = { items: items - plan.items.length, clips: items - plan.clips.length };
  const tell = (): void => {
    const elapsedMs = performance.now() - started;
    const [done, frames] = [report.items + report.clips, report.pictures + report.frames];
    onProgress?.({ done, skipped: 0, failed: 0, total, frames, framesTotal, elapsedMs });
  };
  const onFrame = (): void => {
    report.frames += 1;
    tell();
  };
  const format: ClipFormat = { frames: clipFrames, size: clipSize, ffmpeg, crf, preset, signal, onFrame };

  for (const item of plan.items) {
    signal?.throwIfAborted();
    report.pictures += await writeItem(out, item, { pool, random: randomOf('item', item) }, pictureScale);
    report.items += 1;
    tell();
  }
  for (const clip of plan.clips) {
    signal?.throwIfAborted();
    await writeClip(out, clip, { pool, random: randomOf('clip', clip) }, format);
    report.clips += 1;
    tell();
  }
  return { ...report, missing };
}
