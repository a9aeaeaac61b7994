/** A box of an MP4 or QuickTime file (ISO/IEC 14496-12, 4.2): where it begins, where what it holds begins, and where it ends. */
export interface Box {
  readonly type: string;
  readonly from: number;
  readonly body: number;
  readonly to: number;
}

/** Bytes of a box's header. */
export const boxHeader = 8;

/** Bytes of the header of a box that has a long size. */
export const longBoxHeader = 16;

/**
 * Reads the header of the box that begins at `from`, in a file or box that ends at `end`; `bytes` are those from there on, at least
 * {@link longBoxHeader} of them unless the file ends sooner.
 *
 * @throws RangeError if it is cut off, or does not fit.
 */
export function readBox(bytes: Uint8Array, from: number, end: number): Box {
  const view = viewOf(bytes);
  const short = view.getUint32(0);
  const [header, size] = short === 1 ? [longBoxHeader, Number(view.getBigUint64(8))] : [boxHeader, short];
  const to = size === 0 ? end : from + size; // 0: up to the end.
  if (to > end || to < from + header) throw new RangeError('A box does not fit into what holds it');
  return { type: String.fromCharCode(...bytes.subarray(4, 8)), from, body: from + header, to };
}

/** The boxes that follow each other in `bytes`, from `from` to `to`. */
export function boxesIn(bytes: Uint8Array, from: number, to: number): readonly Box[] {
  const boxes: Box[] = [];
  // QuickTime ends some lists with four bytes of nothing.
  for (let at = from; at + boxHeader <= to; at = boxes.at(-1)!.to) boxes.push(readBox(bytes.subarray(at, to), at, to));
  return boxes;
}

/**
 * The one box that is reached through boxes of these types; undefined where one of them is missing.
 *
 * @throws RangeError where there are several.
 */
export function boxAt(bytes: Uint8Array, within: Box, ...types: readonly string[]): Box | undefined {
  const [type, ...rest] = types;
  if (type === undefined) return within;
  const [found, other] = boxesIn(bytes, within.body, within.to).filter((box) => box.type === type);
  if (other) throw new RangeError(`A box has more than one ${type}`);
  return found && boxAt(bytes, found, ...rest);
}

/** Reads the numbers of `bytes`, the most significant byte first. */
export function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
}

/** A box with these parts. */
export function makeBox(type: string, ...parts: readonly Uint8Array[]): Uint8Array {
  const length = boxHeader + parts.reduce((total, part) => total + part.length, 0);
  const box = new Uint8Array(length);
  viewOf(box).setUint32(0, length);
  box.set(Buffer.from(type, 'latin1'), 4);
  let at = boxHeader;
  for (const part of parts) {
    box.set(part, at);
    at += part.length;
  }
  return box;
}

/** Numbers of 32 bits, as the tables of a movie hold them; the first one of a box is its version and its flags. */
export function words(numbers: readonly number[]): Uint8Array {
  const bytes = new Uint8Array(numbers.length * 4);
  const view = viewOf(bytes);
  for (const [at, number] of numbers.entries()) view.setUint32(at * 4, number);
  return bytes;
}
