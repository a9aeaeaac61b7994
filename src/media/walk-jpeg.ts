import { type FrameBytes } from './frame-bytes.ts';
import { type FrameWalk, short, whole } from './frame-walk.ts';

const startOfImage = 0xd8;
const endOfImage = 0xd9;
const startOfScan = 0xda;
const temporary = 0x01;
const isRestart = (code: number): boolean => code >= 0xd0 && code <= 0xd7;

/**
 * Gathers one JPEG, from its first byte to its end marker, which is found by going from marker to marker: what stands inside
 * segments (thumbnails, say) is passed over, and nothing after the marker is waited for. One that was cut off inside a segment may take up to 64 KiB
 * of what follows along.
 */
export async function walkJpeg(frame: FrameBytes): Promise<FrameWalk> {
  if (!(await frame.copy(2))) return short;
  let isScan = false;
  let resume = 1;
  for (;;) {
    const at = frame.length;
    const code: number | undefined = isScan ? await markerAfterScan(frame) : await marker(frame);
    if (code === undefined) return short;
    if (code === endOfImage) return whole;
    // A picture that was cut off, and then the next one.
    if (code === startOfImage) return { kind: 'broken', resume: frame.length - 2 };
    if (code === 0) return { kind: 'broken', resume };
    if (code === temporary || isRestart(code)) continue;
    // What stands before a sound marker is sound; the segment that begins here is so if a marker follows it.
    resume = isScan ? frame.length - 2 : at;
    if (!(await frame.copy(2))) return short;
    const length = frame.bytes.at(-2)! * 256 + frame.bytes.at(-1)!;
    if (length < 2) return { kind: 'broken', resume };
    if (!(await frame.copy(length - 2))) return short;
    isScan = code === startOfScan;
  }
}

/** Code of the marker that must begin here; 0 if there is none, undefined at the end of the stream. */
async function marker(frame: FrameBytes): Promise<number | undefined> {
  const first = await frame.copyByte();
  if (first === undefined) return undefined;
  return first === 0xff ? afterFill(frame) : 0;
}

/** Code of the marker that ends the data of a scan. */
async function markerAfterScan(frame: FrameBytes): Promise<number | undefined> {
  while (await frame.copyThrough(0xff)) {
    const code = await afterFill(frame);
    // In the data, 255 is followed by 0; restart markers belong to it.
    if (code === undefined || (code !== 0 && !isRestart(code))) return code;
  }
  return undefined;
}

/** Any number of bytes 255 may stand before a code. */
async function afterFill(frame: FrameBytes): Promise<number | undefined> {
  for (;;) {
    const code = await frame.copyByte();
    if (code !== 0xff) return code;
  }
}
