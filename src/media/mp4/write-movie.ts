import { boxHeader, longBoxHeader, makeBox, words } from './boxes.ts';
import { type VideoTrack } from './video-track.ts';

/** A sample of a written movie. */
export interface KeptSample {
  readonly size: number;
  /** Place among the decoded frames of the movie that it was taken from. */
  readonly index: number;
  /** Whether a decoder can start with it. */
  readonly isStart: boolean;
}

/**
 * Writes all of an MP4 file that comes before its samples, which then follow each other: the track as it was, but with these samples alone. Each is shown
 * as many ticks after the first as its index says, so that the index of a frame can be told by its time.
 */
export function writeMovie({ parts }: Pick<VideoTrack, 'parts'>, samples: readonly KeptSample[]): Uint8Array {
  const bytes = samples.reduce((total, { size }) => total + size, 0);
  const data = dataHeader(bytes);
  const type = makeBox('ftyp', Buffer.from('isom\u0000\u0000\u0002\u0000isomavc1', 'latin1'));
  const movie = (dataAt: number): Uint8Array =>
    makeBox(
      'moov',
      parts.mvhd,
      makeBox(
        'trak',
        parts.tkhd,
        makeBox(
          'mdia',
          mediaHeader(samples),
          parts.hdlr,
          makeBox('minf', parts.vmhd, parts.dinf, sampleTable({ parts }, samples, dataAt)),
        ),
      ),
    );
  const length = type.length + movie(0).length + data.length;
  return Buffer.concat([type, movie(length), data]);
}

/**
 * Ticks a second: one a frame. As a part of a million it is exact in microseconds, in which ffmpeg tells when a file begins; and no gap between two frames of a clip whose tables are
 * read becomes so long (500 s) that newer versions repeat a frame to fill it.
 */
const timescale = 1000;
const undefinedLanguage = 0x55_c4_00_00;

function mediaHeader(samples: readonly KeptSample[]): Uint8Array {
  const duration = largest(samples.map(({ index }) => index)) + 1;
  return makeBox('mdhd', words([0, 0, 0, timescale, duration, undefinedLanguage]));
}

function sampleTable({ parts }: Pick<VideoTrack, 'parts'>, samples: readonly KeptSample[], dataAt: number): Uint8Array {
  // They are decoded at the times at which they are shown, in another order, and that much sooner that none is shown before it is decoded.
  const shown = samples.map(({ index }) => index).sort((a, b) => a - b);
  const lead = largest(samples.map(({ index }, place) => shown[place]! - index));
  const durations = shown.map((time, place) => (shown[place + 1] ?? time + 1) - time);
  const offsets = samples.map(({ index }, place) => index - shown[place]! + lead);
  const starts = samples.flatMap(({ isStart }, place) => (isStart ? [place + 1] : []));
  const runs = (values: readonly number[]): readonly number[] => {
    const entries: number[] = [];
    for (const value of values) entries.push(1, value);
    return entries;
  };
  return makeBox(
    'stbl',
    parts.stsd,
    makeBox('stts', words([0, durations.length, ...runs(durations)])),
    makeBox('ctts', words([0, offsets.length, ...runs(offsets)])),
    makeBox('stss', words([0, starts.length, ...starts])),
    makeBox('stsc', words([0, 1, 1, samples.length, 1])),
    makeBox('stsz', words([0, 0, samples.length, ...samples.map(({ size }) => size)])),
    makeBox('stco', words([0, 1, dataAt])),
  );
}

/** Of a box of 4 GiB and more it is longer. */
function dataHeader(bytes: number): Uint8Array {
  const length = boxHeader + bytes;
  const name = Buffer.from('mdat', 'latin1');
  if (length < 2 ** 32) return Buffer.concat([words([length]), name]);
  const long = longBoxHeader + bytes;
  return Buffer.concat([words([1]), name, words([Math.floor(long / 2 ** 32), long % 2 ** 32])]);
}

/** `Math.max` takes no more numbers than fit on the stack. */
function largest(numbers: readonly number[]): number {
  return numbers.reduce((most, number) => Math.max(most, number));
}
