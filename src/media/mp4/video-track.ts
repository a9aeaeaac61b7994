import { type Box, boxAt, boxesIn, viewOf } from './boxes.ts';

/** The one H.264 track of a movie. */
export interface VideoTrack {
  /** Its samples as they are decoded. */
  readonly samples: readonly Sample[];
  /** Decoding parameters: an `AVCDecoderConfigurationRecord` (ISO/IEC 14496-15, 5.3.3.1). */
  readonly configuration: Uint8Array;
  /** From when to when the movie shows it, in the unit of {@link Sample.time}. */
  readonly shown: { readonly from: number; readonly to: number };
  /** Boxes that describe it, with their headers, as they stand in the file. */
  readonly parts: Readonly<Record<'mvhd' | 'tkhd' | 'hdlr' | 'vmhd' | 'dinf' | 'stsd', Uint8Array>>;
}

/** One coded picture. */
export interface Sample {
  /** Where it stands in the file, in bytes. */
  readonly from: number;
  readonly size: number;
  /** When it is shown, in a unit of the track's own. */
  readonly time: number;
}

/**
 * Reads the tables of a movie box (`moov`, ISO/IEC 14496-12, 8.2 to 8.6), given whole and with its header.
 *
 * @returns undefined for one that has no or several tracks of video, or one of another codec, in fragments, with more than one edit, or with more than one
 * description of its samples.
 * @throws RangeError if it contradicts itself.
 */
export function readVideoTrack(movie: Uint8Array): VideoTrack | undefined {
  const [moov] = boxesIn(movie, 0, movie.length);
  if (!moov || boxAt(movie, moov, 'mvex')) return undefined;
  const tracks = boxesIn(movie, moov.body, moov.to).filter(({ type }) => type === 'trak');
  const kinds = tracks.map((box) => handlerOf(movie, box));
  // ffmpeg takes the first track that holds pictures, whatever its handler says; sound holds none.
  const first = kinds.findIndex((kind) => kind !== 'soun');
  const track = tracks[first];
  if (!track || kinds[first] !== 'vide' || kinds.lastIndexOf('vide') !== first) return undefined;
  const media = boxAt(movie, track, 'mdia');
  const information = media && boxAt(movie, media, 'minf');
  const table = information && boxAt(movie, information, 'stbl');
  if (!table) return undefined;
  const description = boxAt(movie, table, 'stsd');
  const [mvhd, tkhd, hdlr] = [boxAt(movie, moov, 'mvhd'), boxAt(movie, track, 'tkhd'), boxAt(movie, media, 'hdlr')];
  const [vmhd, dinf] = [boxAt(movie, information, 'vmhd'), boxAt(movie, information, 'dinf')];
  const configuration = description && configurationIn(movie, description);
  const samples = readSamples(movie, table);
  const shown = readEdit(movie, { moov, track, media });
  if (!mvhd || !tkhd || !hdlr || !vmhd || !dinf || !configuration || !samples || !shown) return undefined;
  const bytesOf = ({ from, to }: Box): Uint8Array => movie.subarray(from, to);
  return {
    samples,
    configuration,
    shown,
    parts: {
      mvhd: bytesOf(mvhd),
      tkhd: bytesOf(tkhd),
      hdlr: bytesOf(hdlr),
      vmhd: bytesOf(vmhd),
      dinf: bytesOf(dinf),
      stsd: bytesOf(description),
    },
  };
}

function handlerOf(movie: Uint8Array, track: Box): string | undefined {
  const handler = boxAt(movie, track, 'mdia', 'hdlr');
  return handler && String.fromCharCode(...movie.subarray(handler.body + 8, handler.body + 12));
}

/** Bytes of the fields of a `VisualSampleEntry`, before the boxes in it. */
const entryFields = 78;

function configurationIn(movie: Uint8Array, description: Box): Uint8Array | undefined {
  const [entry, other] = boxesIn(movie, description.body + 8, description.to);
  if (entry?.type !== 'avc1' || other) return undefined;
  const found = boxAt(movie, { ...entry, body: entry.body + entryFields }, 'avcC');
  return found && movie.subarray(found.body, found.to);
}

/** The words of a table after its version and flags; none where the box is missing. */
function wordsOf(movie: Uint8Array, table: Box, type: string): Uint32Array | undefined {
  const box = boxAt(movie, table, type);
  if (!box) return undefined;
  const view = viewOf(movie.subarray(box.body + 4, box.to));
  return Uint32Array.from({ length: view.byteLength >> 2 }, (_, at) => view.getUint32(at * 4));
}

/** The values of a table of runs (`stts`, `ctts`): how often each holds, and the value; for `count` samples. */
function valuesOf(table: Uint32Array, count: number): Uint32Array {
  const values = new Uint32Array(count);
  let done = 0;
  for (let entry = 0; done < count; entry += 1) {
    if (entry >= numberAt(table, 0)) throw new RangeError('A table of the movie has too few samples');
    const end = done + numberAt(table, 1 + entry * 2);
    values.fill(numberAt(table, 2 + entry * 2), done, end);
    done = end;
  }
  return values;
}

function numberAt(table: Uint32Array, at: number): number {
  const number = table[at];
  if (number === undefined) throw new RangeError('A table of the movie is cut off');
  return number;
}

function readSamples(movie: Uint8Array, table: Box): readonly Sample[] | undefined {
  const [durations, sizes] = [wordsOf(movie, table, 'stts'), wordsOf(movie, table, 'stsz')];
  const offsets = wordsOf(movie, table, 'ctts');
  const places = readPlaces(movie, table, sizes);
  // Samples of one size are not those of H.264.
  if (!durations || !sizes || !places || numberAt(sizes, 0) !== 0) return undefined;
  const count = places.length;
  const [lengths, shifts] = [valuesOf(durations, count), offsets && valuesOf(offsets, count)];
  let decoded = 0;
  return places.map((from, at) => {
    // Shifts of version 1 are signed, and those of version 0 that are over 2^31 are meant to be.
    const time = decoded + ((shifts?.[at] ?? 0) | 0);
    decoded += lengths[at]!;
    return { from, size: numberAt(sizes, 2 + at), time };
  });
}

/** Where each sample begins. */
function readPlaces(movie: Uint8Array, table: Box, sizes: Uint32Array | undefined): readonly number[] | undefined {
  const chunks = readChunks(movie, table);
  const layout = wordsOf(movie, table, 'stsc');
  if (!sizes || !chunks || !layout) return undefined;
  const count = numberAt(sizes, 1);
  const places: number[] = [];
  const entries = numberAt(layout, 0);
  for (let entry = 0; entry < entries && places.length < count; entry += 1) {
    const [first, perChunk] = [numberAt(layout, entry * 3 + 1), numberAt(layout, entry * 3 + 2)];
    if (numberAt(layout, entry * 3 + 3) !== 1) return undefined;
    const end = entry + 1 < entries ? numberAt(layout, (entry + 1) * 3 + 1) : chunks.length + 1;
    if (perChunk === 0 || end <= first) throw new RangeError('A table of the movie goes backwards');
    for (let chunk = first; chunk < end && places.length < count; chunk += 1) {
      let place = chunks[chunk - 1];
      if (place === undefined) throw new RangeError('The movie speaks of a chunk that it does not have');
      for (let sample = 0; sample < perChunk && places.length < count; sample += 1) {
        const size = numberAt(sizes, 2 + places.length);
        places.push(place);
        place += size;
      }
    }
  }
  if (places.length < count) throw new RangeError('The movie has fewer chunks than samples need');
  return places;
}

function readChunks(movie: Uint8Array, table: Box): readonly number[] | undefined {
  const short = wordsOf(movie, table, 'stco');
  if (short) return Array.from(short.subarray(1, 1 + numberAt(short, 0)));
  const long = wordsOf(movie, table, 'co64');
  return (
    long &&
    Array.from(
      { length: numberAt(long, 0) },
      (_, at) => numberAt(long, 1 + at * 2) * 2 ** 32 + numberAt(long, 2 + at * 2),
    )
  );
}

/** What the edit list leaves of a track (8.6.6); all of it where there is none. */
function readEdit(
  movie: Uint8Array,
  { moov, track, media }: Readonly<Record<'moov' | 'track' | 'media', Box>>,
): VideoTrack['shown'] | undefined {
  const edits = boxAt(movie, track, 'edts', 'elst');
  if (!edits) return { from: -Infinity, to: Infinity };
  const view = viewOf(movie.subarray(edits.body, edits.to));
  if (view.getUint32(4) !== 1) return undefined;
  const isLong = view.getUint8(0) === 1;
  const duration = isLong ? Number(view.getBigUint64(8)) : view.getUint32(8);
  const from = isLong ? Number(view.getBigInt64(16)) : view.getInt32(12);
  const isNormal = view.getUint32(isLong ? 24 : 16) === 0x1_00_00;
  const [unit, unitOfMovie] = [timescale(movie, media, 'mdhd'), timescale(movie, moov, 'mvhd')];
  if (from < 0 || duration === 0 || !isNormal || unit === undefined || unitOfMovie === undefined) return undefined;
  return { from, to: from + Math.round((duration * unit) / unitOfMovie) };
}

function timescale(movie: Uint8Array, within: Box, type: string): number | undefined {
  const box = boxAt(movie, within, type);
  if (!box) return undefined;
  const view = viewOf(movie.subarray(box.body, box.to));
  return view.getUint32(view.getUint8(0) === 1 ? 20 : 12);
}
