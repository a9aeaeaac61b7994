import { viewOf } from './boxes.ts';
import {
  type PictureParameters,
  readPictureParameters,
  readSequenceParameters,
  readSliceHeader,
  type SequenceParameters,
} from './h264-headers.ts';

/** A coded picture, as its own bytes tell it. */
export interface ReadPicture {
  /** Whether other pictures may refer to it. */
  readonly isReference: boolean;
  /** Whether none after it refers to any before it. */
  readonly isStart: boolean;
  /** Grows from one picture to the next in the order in which they are shown, between two pictures that are a start. */
  readonly order: number;
}

/** Reads the pictures of a track as they are decoded. */
export interface PictureReader {
  /** Most pictures that are decoded before another one and shown after it. */
  readonly reordered: number;
  /** Reads the next sample; undefined for one that holds something else than a whole progressive picture. */
  readonly read: (sample: Uint8Array) => ReadPicture | undefined;
}

/** Types of NAL units (ITU-T H.264, 7.4.1). */
const unit = { slice: 1, start: 5, message: 6, sequence: 7, picture: 8, delimiter: 9, filler: 12 } as const;

/** Bytes of a slice that its header does not exceed, as far as it is read. */
const longestHeader = 64;

/**
 * Prepares to read the samples of a track with this decoding configuration (ISO/IEC 14496-15, 5.3.3.1).
 *
 * @returns undefined where the order of its pictures is not worked out here, or is not bounded by its parameters.
 * @throws RangeError if it is cut off.
 */
export function pictureReader(configuration: Uint8Array): PictureReader | undefined {
  const { lengthBytes, sequences, pictures } = readConfiguration(configuration);
  const [sequence, picture] = [sequences[0], pictures[0]];
  if (!sequence || !picture || sequences.length > 1 || pictures.length > 1) return undefined;
  const sequenceParameters = readSequenceParameters(sequence.subarray(1));
  const pictureParameters = readPictureParameters(picture.subarray(1));
  if (sequenceParameters?.reordered === undefined || !pictureParameters) return undefined;
  const ordered = orderOf(sequenceParameters);
  let count = 0;
  /** Whether a unit that is no slice leaves everything as it is. */
  const isHarmless = (bytes: Uint8Array): boolean => {
    switch (bytes[0]! & 31) {
      case unit.message:
        return count === 1 || !isEncoder(bytes);
      case unit.sequence:
      case unit.picture:
        return [sequence, picture].some((set) => Buffer.compare(set, bytes) === 0);
      case unit.delimiter:
      case unit.filler:
        return true;
      default:
        return false;
    }
  };
  return {
    reordered: sequenceParameters.reordered,
    read(sample) {
      let slice: Uint8Array | undefined;
      count += 1;
      for (let at = 0; at < sample.length; ) {
        const from = at + lengthBytes;
        at = from + lengthAt(sample, at, lengthBytes);
        const header = sample[from];
        if (header === undefined || at === from || at > sample.length)
          throw new RangeError('A sample does not hold what it says');
        const type = header & 31;
        if (type === unit.slice || type === unit.start) {
          slice ??= sample.subarray(from, at);
          if (header !== slice[0]) return undefined;
        } else if (!isHarmless(sample.subarray(from, at))) {
          return undefined;
        }
      }
      return slice && ordered(slice, pictureParameters);
    },
  };
}

/** Whether a message says which encoder made the pictures from here on: ffmpeg decodes those of old versions of x264 in another way. */
function isEncoder(message: Uint8Array): boolean {
  return Buffer.from(message.buffer, message.byteOffset, message.length).includes('x264 - core');
}

interface Configuration {
  readonly lengthBytes: number;
  readonly sequences: readonly Uint8Array[];
  readonly pictures: readonly Uint8Array[];
}

function readConfiguration(bytes: Uint8Array): Configuration {
  const view = viewOf(bytes);
  let at = 6;
  const sets = (count: number): readonly Uint8Array[] =>
    Array.from({ length: count }, () => {
      const length = view.getUint16(at);
      const set = bytes.subarray(at + 2, at + 2 + length);
      at += 2 + length;
      return set;
    });
  const sequences = sets(view.getUint8(5) & 31);
  at += 1;
  const pictures = sets(view.getUint8(at - 1));
  return { lengthBytes: (view.getUint8(4) & 3) + 1, sequences, pictures };
}

/** The length of the NAL unit that follows it. */
function lengthAt(sample: Uint8Array, at: number, lengthBytes: number): number {
  let length = 0;
  for (let byte = at; byte < at + lengthBytes; byte += 1) length = length * 256 + (sample[byte] ?? 0);
  return length;
}

/** Works out picture order counts from those that slices hold in part (ITU-T H.264, 8.2.1.1). */
function orderOf(
  sequence: SequenceParameters,
): (slice: Uint8Array, picture: PictureParameters) => ReadPicture | undefined {
  const range = 2 ** (sequence.orderBits ?? 0);
  let last = 0; // Of the last reference picture, its whole count; that of its top field.
  let decoded = 0;
  return (slice, picture) => {
    const isStart = (slice[0]! & 31) === unit.start;
    const isReference = (slice[0]! & 96) !== 0;
    const payload = slice.subarray(1, 1 + longestHeader);
    const { order, bottom, dropsPrior } = readSliceHeader(payload, sequence, picture, isStart);
    if (dropsPrior || (isStart && !isReference)) return undefined;
    if (isStart) [last, decoded] = [0, 0];
    decoded += 1;
    if (sequence.orderBits === undefined) return { isReference, isStart, order: decoded };
    const low = ((last % range) + range) % range; // As far as a slice would hold it.
    const step = order - low;
    const top = last + step + (step <= -range / 2 ? range : step > range / 2 ? -range : 0);
    if (isReference) last = top;
    return { isReference, isStart, order: Math.min(top, top + bottom) };
  };
}
