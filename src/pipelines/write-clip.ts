import { dirname, join } from 'node:path';
import { type FrameAnnotations } from '../core/annotation.ts';
import { makeFolder } from '../io/make-folder.ts';
import { writeClipAnnotations, writeSpeech } from '../io/write-annotations.ts';
import { type Ffmpeg } from '../media/find-ffmpeg.ts';
import { type clipPresets, openClipWriter } from '../media/open-clip-writer.ts';
import { rasteriseSvg } from '../media/rasterise-svg.ts';
import { writePicture } from '../media/write-picture.ts';
import { type Clip, createClip } from '../synth/draw-clip.ts';
import { type ShopEntry } from '../synth/plan-shop.ts';
import { speechFor } from '../synth/shop-text.ts';
import { loadGarment, loadHost, loadPieces, type Supply } from './garment-supply.ts';

/** Distance between two annotated frames. */
const annotateEvery = 20;

/** How clips are written. */
export interface ClipFormat {
  /** Frames of a clip. */
  readonly frames: number;
  /** Width and height in pixels: even integers. */
  readonly size: readonly [width: number, height: number];
  /** The ffmpeg that encodes; undefined for single frames in place of a clip. */
  readonly ffmpeg: Ffmpeg | undefined;
  readonly crf: number;
  readonly preset: (typeof clipPresets)[number];
  readonly signal: AbortSignal | undefined;
  /** Told of each frame that is drawn. */
  readonly onFrame: () => void;
}

/** Frames that are drawn of a clip: all, or of single ones those that are annotated, from frame 80 on where there are as many. */
export function framesOf({ frames, ffmpeg }: Pick<ClipFormat, 'frames' | 'ffmpeg'>): readonly number[] {
  const [first, step] = ffmpeg ? [0, 1] : [Math.min(4, Math.floor(frames / 100)) * annotateEvery, annotateEvery];
  return Array.from({ length: Math.ceil((frames - first) / step) }, (_, place) => first + place * step);
}

/** Draws a clip and writes it with annotations and the host's words. */
export async function writeClip(
  out: string,
  entry: ShopEntry,
  { pool, random }: Supply,
  format: ClipFormat,
): Promise<void> {
  const clip = await prepareClip(entry, { pool, random }, format);
  const annotate = (frames: readonly FrameAnnotations[]): Promise<void> =>
    writeClipAnnotations(out, { videoId: entry.id, frames });
  await (format.ffmpeg
    ? writeFilm(clip, { path: join(out, 'video', `${entry.id}.mp4`), ffmpeg: format.ffmpeg, annotate }, format)
    : writeStills(clip, { folder: join(out, 'video_frames', entry.id), annotate }, format));
  const kinds = entry.pieces.map((piece) => piece.entry.kind);
  await writeSpeech(out, entry.id, speechFor(kinds, random.fork('words')));
}

async function prepareClip(entry: ShopEntry, { pool, random }: Supply, { frames, size }: ClipFormat): Promise<Clip> {
  const [width, height] = size;
  const pieces = await loadPieces(entry);
  const host = await loadHost('clip', { pool, random: random.fork('host') });
  const racked = random.fork('rack');
  const hung = Array.from({ length: racked.integer(0, 3) }, () => pool.borrow('any', 'clip', racked));
  const rack = (await Promise.all(hung.map(loadGarment))).filter((garment) => garment !== undefined);
  return createClip({ pieces, host, rack }, { width, height, frames, random, rasterise: rasteriseSvg });
}

type Annotate = (frames: readonly FrameAnnotations[]) => Promise<void>;

interface FilmPlace {
  readonly path: string;
  readonly ffmpeg: Ffmpeg;
  readonly annotate: Annotate;
}

async function writeFilm(clip: Clip, { path, ffmpeg, annotate }: FilmPlace, format: ClipFormat): Promise<void> {
  const { size, crf, preset, signal, onFrame } = format;
  await makeFolder(dirname(path));
  await using writer = await openClipWriter(path, { ffmpeg, width: size[0], height: size[1], fps: 25, crf, preset });
  const annotated: FrameAnnotations[] = [];
  for (const index of framesOf(format)) {
    signal?.throwIfAborted();
    const { image, annotations } = clip.draw(index);
    if (index % annotateEvery === 0) annotated.push({ frameIndex: index, annotations });
    await writer.write(image);
    onFrame();
  }
  // First the truth, then the clip's name: whoever sees a clip finds its annotations.
  await annotate(annotated);
  await writer.close();
}

interface StillsPlace {
  readonly folder: string;
  readonly annotate: Annotate;
}

/** Writes single frames as pictures. */
async function writeStills(clip: Clip, { folder, annotate }: StillsPlace, format: ClipFormat): Promise<void> {
  await makeFolder(folder);
  const annotated: FrameAnnotations[] = [];
  for (const index of framesOf(format)) {
    format.signal?.throwIfAborted();
    const { image, annotations } = clip.draw(index);
    annotated.push({ frameIndex: index, annotations });
    await writePicture(join(folder, `${index}.jpg`), image, { quality: 85 });
    format.onFrame();
  }
  await annotate(annotated);
}
