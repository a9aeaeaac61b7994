import { type FileHandle, open, stat } from 'node:fs/promises';
import { type FrameSelection, lastFrame } from '../../core/frame-selection.ts';
import { type FilePiece, type PieceFile } from '../file-piece.ts';
import { boxHeader, longBoxHeader, readBox } from './boxes.ts';
import { type CodedPicture, neededPictures } from './needed-pictures.ts';
import { type PictureReader, pictureReader } from './picture-reader.ts';
import { readVideoTrack, type Sample, type VideoTrack } from './video-track.ts';
import { writeMovie } from './write-movie.ts';

/** Bytes of the tables of a clip, at most: those of about half an hour. What is worked out of them is held for a moment. */
const longestMovie = 2 ** 20;

/** Bytes of one sample, at most. */
const longestRead = 2 ** 26;

/** Boxes of a file that are not in another one, at most; a clip has four or so. */
const mostBoxes = 64;

/** Pictures that must be left out for it to be worth the reading: one in so many. */
const worthwhile = 8;

/**
 * Looks for the coded pictures that a decoder does not need to give the wanted frames of a clip: those that no other one refers to, as half of the pictures of many
 * encoders are, and those after the last wanted one before a picture that a decoder can start with. The first one stays, since what is said beside it is about all of the clip.
 *
 * Only of an MP4 or QuickTime file with progressive H.264 whose order of pictures its parameters bound and its tables and its slices tell alike: so that
 * the frames are, to the last bit, those that decoding all of it gives.
 *
 * @param signal stops the reading; the call then throws its reason.
 * @returns the clip without them as an MP4 file: its first bytes, and then pieces of the clip. A frame is shown as many ticks after the first as its index says. Undefined for any
 * other clip, one that is damaged or cannot be read, and one of which there is little to leave out.
 */
export async function thinClip(
  path: string,
  frames: FrameSelection,
  signal?: AbortSignal,
): Promise<PieceFile | undefined> {
  try {
    const found = await stat(path);
    if (!found.isFile()) return undefined; // A pipe with a name would be waited for here.
    await using file = await open(path);
    return await thin(new FileWindow(file, found.size, signal), frames);
  } catch (error) {
    signal?.throwIfAborted();
    // Whoever decodes all of it will say what is wrong with it.
    if (error instanceof RangeError || (error instanceof Error && 'code' in error)) return undefined;
    throw error;
  }
}

async function thin(window: FileWindow, frames: FrameSelection): Promise<PieceFile | undefined> {
  const movie = await readMovie(window);
  const track = movie && readVideoTrack(movie);
  const reader = track && pictureReader(track.configuration);
  if (!reader) return undefined;
  const samples = samplesUpTo(lastFrame(frames), track, reader);
  const pictures = samples && (await readPictures(window, samples, reader));
  if (!pictures) return undefined;
  const needed = neededPictures(pictures, frames);
  const kept = pictures.filter((_, place) => needed[place]);
  if (kept.length === 0 || (pictures.length - kept.length) * worthwhile < pictures.length) return undefined;
  return { head: writeMovie(track, kept), pieces: piecesOf(kept) };
}

/** The movie box of a file, with its header; undefined where there is none or another one, or one that is too long, and where there are fragments. */
async function readMovie(window: FileWindow): Promise<Uint8Array | undefined> {
  const end = window.size;
  let movie: Uint8Array | undefined;
  let count = 0;
  for (let at = 0; at + boxHeader <= end; count += 1) {
    const { type, to } = readBox(await window.read(at, Math.min(longBoxHeader, end - at)), at, end);
    if ((at === 0 && type !== 'ftyp') || type === 'moof' || count === mostBoxes) return undefined;
    if (type === 'moov') {
      if (movie || to - at > longestMovie) return undefined;
      movie = (await window.read(at, to - at)).slice(); // A copy, for the window moves on.
    }
    at = to;
  }
  return movie;
}

interface IndexedSample extends Omit<Sample, 'time'> {
  /** Place among the frames that the clip shows. */
  readonly index: number;
}

/**
 * The samples up to the last that is decoded for the frames up to `last`, and so many more that none after them is shown before one of those; undefined where
 * it is not sure which frame each of them is, and where they do not follow each other in the file.
 */
function samplesUpTo(
  last: number,
  { samples, shown }: VideoTrack,
  { reordered }: PictureReader,
): readonly IndexedSample[] | undefined {
  const order = samples.map((_, place) => place).sort((a, b) => samples[a]!.time - samples[b]!.time);
  const indices = new Uint32Array(samples.length);
  let count = 0;
  for (const [index, place] of order.entries()) {
    const { time } = samples[place]!;
    if (place - index > reordered) return undefined;
    indices[place] = index;
    if (index > last) continue;
    if (time < shown.from || time >= shown.to) return undefined; // The clip does not show it.
    count = Math.max(count, place + 1);
  }
  const found = samples.slice(0, count + reordered);
  const isForwards = found.every(({ from }, place) => place === 0 || from >= endOf(found[place - 1]!));
  if (!isForwards || indices[0] !== 0) return undefined;
  return found.map(({ from, size }, place) => ({ from, size, index: indices[place]! }));
}

function endOf({ from, size }: Pick<Sample, 'from' | 'size'>): number {
  return from + size;
}

/** Undefined where the pictures are not what the tables say, or do not begin with one that a decoder can start with. */
async function readPictures(
  window: FileWindow,
  samples: readonly IndexedSample[],
  reader: PictureReader,
): Promise<readonly (IndexedSample & CodedPicture)[] | undefined> {
  const pictures: (IndexedSample & CodedPicture & { readonly start: number; readonly order: number })[] = [];
  let start = -1;
  for (const [place, { from, size, index }] of samples.entries()) {
    if (!window.holds(from, size)) await window.move(from, size);
    const picture = reader.read(window.bytes(from, size));
    if (!picture) return undefined;
    if (picture.isStart) start = place;
    if (start === -1) return undefined;
    pictures.push({ ...picture, from, size, index, start });
  }
  const shown = pictures.toSorted((a, b) => a.index - b.index);
  const isTold = shown.every(({ start, order }, at) => {
    const before = shown[at - 1];
    return !before || start > before.start || (start === before.start && order > before.order);
  });
  return isTold ? pictures : undefined;
}

/** Samples that stand side by side are one piece. */
function piecesOf(samples: readonly IndexedSample[]): readonly FilePiece[] {
  const pieces: { from: number; to: number }[] = [];
  for (const { from, size } of samples) {
    const before = pieces.at(-1);
    if (before?.to === from) before.to += size;
    else pieces.push({ from, to: from + size });
  }
  return pieces;
}

/** Reads a file here and there, mostly forwards. */
class FileWindow {
  /** Bytes of the file. */
  readonly size: number;
  readonly #file: FileHandle;
  readonly #signal: AbortSignal | undefined;
  #bytes = new Uint8Array(256 * 1024);
  #from = 0;
  #length = 0;

  constructor(file: FileHandle, size: number, signal: AbortSignal | undefined) {
    this.size = size;
    this.#signal = signal;
    this.#file = file;
  }

  /** Bytes that stay until the next call. Throws a `RangeError` where the file ends before them. */
  async read(from: number, count: number): Promise<Uint8Array> {
    if (!this.holds(from, count)) await this.move(from, count);
    return this.bytes(from, count);
  }

  holds(from: number, count: number): boolean {
    return from >= this.#from && from + count <= this.#from + this.#length;
  }

  /** Of bytes that it {@link holds}. */
  bytes(from: number, count: number): Uint8Array {
    return this.#bytes.subarray(from - this.#from, from - this.#from + count);
  }

  async move(from: number, count: number): Promise<void> {
    if (count > longestRead) throw new RangeError('A sample is too long');
    if (count > this.#bytes.length) this.#bytes = new Uint8Array(count);
    this.#from = from;
    this.#length = 0;
    while (this.#length < count) {
      this.#signal?.throwIfAborted();
      const free = this.#bytes.length - this.#length;
      const { bytesRead } = await this.#file.read(this.#bytes, this.#length, free, from + this.#length);
      if (bytesRead === 0) throw new RangeError('The file ends too early');
      this.#length += bytesRead;
    }
  }
}
