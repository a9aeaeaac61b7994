import { type FrameBytes } from './frame-bytes.ts';
import { type FrameWalk, short, whole } from './frame-walk.ts';

const signatureBytes = 8;
const isType = /^[A-Za-z]{4}$/u;

/** Gathers one PNG, from its first byte through its `IEND`, going from chunk to chunk. */
export async function walkPng(frame: FrameBytes): Promise<FrameWalk> {
  if (!(await frame.copy(signatureBytes))) return short;
  let resume = 1;
  for (;;) {
    const at = frame.length;
    if (!(await frame.copy(8))) return short;
    const head = new DataView(frame.bytes.buffer, at, 8);
    const length = head.getUint32(0);
    const type = String.fromCharCode(...frame.bytes.subarray(at + 4));
    if (!isType.test(type) || length >= 2 ** 31) return { kind: 'broken', resume };
    // The chunk before is sound, since one follows it.
    resume = at;
    if (!(await frame.copy(length + 4))) return short;
    if (type === 'IEND') return whole;
  }
}
