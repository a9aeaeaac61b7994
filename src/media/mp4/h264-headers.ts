import { BitReader } from './bit-reader.ts';

/** What a sequence parameter set says of the pictures and their order. */
export interface SequenceParameters {
  readonly frameNumberBits: number;
  /** Bits of the order count that a slice holds; undefined where pictures are shown in the order in which they are decoded. */
  readonly orderBits: number | undefined;
  /** Most pictures that are decoded before another one and shown after it; undefined where the set does not say it. */
  readonly reordered: number | undefined;
}

/** What a picture parameter set says of the headers of slices. */
export interface PictureParameters {
  readonly hasOrderOfBottom: boolean;
  readonly hasRedundantCount: boolean;
}

/** What the first slice of a picture says of it. */
export interface SliceHeader {
  /** The order count as far as the slice holds it, and what the bottom field adds to it; 0 where order counts are not written. */
  readonly order: number;
  readonly bottom: number;
  /** Of a picture that others can begin with: whether those before it that were not shown yet never are. */
  readonly dropsPrior: boolean;
}

/** Profiles whose parameter sets describe the samples (7.3.2.1.1). */
const highProfiles: ReadonlySet<number> = new Set([44, 83, 86, 100, 110, 118, 122, 128, 134, 135, 138, 139, 244]);

/**
 * Reads a sequence parameter set, from the byte after its NAL header on (ITU-T H.264, 7.3.2.1.1 and E.1.1).
 *
 * @returns undefined for a kind whose order is not worked out here: interlaced pictures, separate colour planes, frame numbers with gaps, and order
 * counts of type 1.
 * @throws RangeError if it is cut off.
 */
export function readSequenceParameters(payload: Uint8Array): SequenceParameters | undefined {
  const reader = new BitReader(payload);
  const profile = reader.bits(8);
  reader.bits(16);
  reader.unsigned(); // Its number.
  if (highProfiles.has(profile) && !passSampleFormat(reader)) return undefined;
  const frameNumberBits = reader.unsigned() + 4;
  const orderType = reader.unsigned();
  if (orderType !== 0 && orderType !== 2) return undefined;
  const orderBits = orderType === 0 ? reader.unsigned() + 4 : undefined;
  reader.unsigned(); // Reference frames.
  const hasGaps = reader.flag();
  reader.unsigned();
  reader.unsigned(); // Size.
  const isProgressive = reader.flag();
  if (hasGaps || !isProgressive) return undefined;
  reader.flag(); // 8x8 inference.
  if (reader.flag()) for (let side = 0; side < 4; side += 1) reader.unsigned(); // Cropping.
  return { frameNumberBits, orderBits, reordered: reader.flag() ? readReordered(reader) : undefined };
}

/** Passes over the format of the samples and its scaling lists; false where the colour planes are coded apart. */
function passSampleFormat(reader: BitReader): boolean {
  const chroma = reader.unsigned();
  if (chroma === 3 && reader.flag()) return false;
  reader.unsigned();
  reader.unsigned(); // Bit depths.
  reader.flag();
  if (!reader.flag()) return true;
  for (let list = 0; list < (chroma === 3 ? 12 : 8); list += 1) {
    if (reader.flag()) passScalingList(reader, list < 6 ? 16 : 64);
  }
  return true;
}

/** 7.3.2.1.1.1: a list ends early where the next scale would be 0. */
function passScalingList(reader: BitReader, size: number): void {
  let last = 8;
  for (let at = 0; at < size; at += 1) {
    const next = (last + reader.signed() + 256) % 256;
    if (next === 0) return;
    last = next;
  }
}

/** E.1.1, for its last part alone. */
function readReordered(reader: BitReader): number | undefined {
  const aspectOfItsOwn = 255;
  if (reader.flag() && reader.bits(8) === aspectOfItsOwn) reader.bits(32);
  if (reader.flag()) reader.flag(); // Overscan.
  if (reader.flag()) {
    reader.bits(4); // Signal type.
    if (reader.flag()) reader.bits(24); // Colours.
  }
  if (reader.flag()) {
    reader.unsigned();
    reader.unsigned(); // Where the chroma samples are.
  }
  if (reader.flag()) {
    reader.bits(32);
    reader.bits(32);
    reader.flag(); // Timing.
  }
  const [ofNal, ofVcl] = [passBuffering(reader), passBuffering(reader)];
  if (ofNal || ofVcl) reader.flag(); // Low delay.
  reader.flag(); // Picture structures.
  if (!reader.flag()) return undefined;
  reader.flag();
  for (let limit = 0; limit < 4; limit += 1) reader.unsigned(); // Sizes and motion vectors.
  return reader.unsigned();
}

/** E.1.2. Says whether there was anything to pass over. */
function passBuffering(reader: BitReader): boolean {
  if (!reader.flag()) return false;
  const count = reader.unsigned() + 1;
  reader.bits(8);
  for (let at = 0; at < count; at += 1) {
    reader.unsigned();
    reader.unsigned();
    reader.flag();
  }
  reader.bits(20);
  return true;
}

/**
 * Reads a picture parameter set, from the byte after its NAL header on (ITU-T H.264, 7.3.2.2).
 *
 * @returns undefined for one with groups of slices.
 * @throws RangeError if it is cut off.
 */
export function readPictureParameters(payload: Uint8Array): PictureParameters | undefined {
  const reader = new BitReader(payload);
  reader.unsigned();
  reader.unsigned(); // Numbers of the sets.
  reader.flag();
  const hasOrderOfBottom = reader.flag();
  if (reader.unsigned() > 0) return undefined;
  reader.unsigned();
  reader.unsigned(); // References.
  reader.bits(3); // Weights.
  for (let quantiser = 0; quantiser < 3; quantiser += 1) reader.signed();
  reader.bits(2);
  return { hasOrderOfBottom, hasRedundantCount: reader.flag() };
}

/**
 * Reads the header of a slice, from the byte after its NAL header on, as far as it tells the order (ITU-T H.264, 7.3.3).
 *
 * @throws RangeError if it is cut off.
 */
export function readSliceHeader(
  payload: Uint8Array,
  { frameNumberBits, orderBits }: SequenceParameters,
  { hasOrderOfBottom, hasRedundantCount }: PictureParameters,
  isStart: boolean,
): SliceHeader {
  const reader = new BitReader(payload);
  for (let number = 0; number < 3; number += 1) reader.unsigned(); // First macroblock, kind, parameter set.
  reader.bits(frameNumberBits);
  if (isStart) reader.unsigned(); // Its number among those that others can begin with.
  const order = orderBits === undefined ? 0 : reader.bits(orderBits);
  const bottom = orderBits !== undefined && hasOrderOfBottom ? reader.signed() : 0;
  if (hasRedundantCount) reader.unsigned();
  return { order, bottom, dropsPrior: isStart && reader.flag() };
}
