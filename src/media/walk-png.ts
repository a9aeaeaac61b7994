import { crc32 } from 'node:zlib';
import { type FrameBytes } from './frame-bytes.ts';
import { type FrameWalk, short, whole } from './frame-walk.ts';

const signatureBytes = 8;
const isType = /^[A-Za-z]{4}$/u;

/**
 * Gathers one PNG, from its first byte through its `IEND`, going from chunk to chunk. Each chunk's checksum is looked at: in a picture that
 * was cut off, a chunk would run on into the next picture.
 */
export async function walkPng(frame: FrameBytes): Promise<FrameWalk> {
  if (!(await frame.copy(signatureBytes))) return short;
  let resume = 1;
  for (;;) {
    const at = frame.length;
    if (!(await frame.copy(8))) return short;
    const length = wordAt(frame.bytes, at);
    const type = String.fromCharCode(...frame.bytes.subarray(at + 4));
    if (!isType.test(type) || length >= 2 ** 31) return { kind: 'broken', resume };
    resume = at;
    if (!(await frame.copy(length + 4))) return short;
    const { bytes } = frame;
    if (crc32(bytes.subarray(at + 4, -4)) !== wordAt(bytes, bytes.length - 4)) return { kind: 'broken', resume };
    if (type === 'IEND') return whole;
  }
}

function wordAt(bytes: Uint8Array, at: number): number {
  return new DataView(bytes.buffer, bytes.byteOffset + at, 4).getUint32(0);
}
