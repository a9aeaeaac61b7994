import { PipelineError } from '../core/errors.ts';
import { type FrameBytes } from './frame-bytes.ts';
import { type FrameWalk, short, whole } from './frame-walk.ts';

/** What stands at the head of a binary PPM (`P6`) or PGM (`P5`) picture. */
export interface PpmHeader {
  readonly width: number;
  readonly height: number;
  /** 3 for PPM, 1 for PGM. */
  readonly channels: 1 | 3;
  /** Bytes before the pixels. */
  readonly length: number;
}

const longestHeader = 1024;
const complete = /^P([56])(?:\s|#[^\n]*\n)+(\d{1,6})(?:\s|#[^\n]*\n)+(\d{1,6})(?:\s|#[^\n]*\n)+(\d{1,5})\s/u;
const incomplete = /^P(?:[56](?:\s(?:[\s\d]|#[^\n]*\n)*(?:#[^\n]*)?)?)?$/u;

/**
 * Reads the head of a PPM or PGM picture.
 *
 * @returns `'incomplete'` if more bytes are needed, undefined if it is no such picture.
 * @throws {@link PipelineError} `stream-unreadable` if its samples do not go from 0 to 255.
 */
export function readPpmHeader(bytes: Uint8Array): PpmHeader | 'incomplete' | undefined {
  const text = String.fromCharCode(...bytes.subarray(0, longestHeader));
  const found = complete.exec(text);
  if (!found) return text.length < longestHeader && incomplete.test(text) ? 'incomplete' : undefined;
  const [width, height, most] = [Number(found[2]), Number(found[3]), Number(found[4])];
  if (width === 0 || height === 0) return undefined;
  if (most !== 255) {
    const message = `The stream holds a PPM picture with levels up to ${most}; only those up to 255 are understood`;
    throw new PipelineError('stream-unreadable', message);
  }
  return { width, height, channels: found[1] === '6' ? 3 : 1, length: found[0].length };
}

/** Gathers one PPM or PGM picture, from its first byte to its last. */
export async function walkPpm(frame: FrameBytes): Promise<FrameWalk> {
  while ((await frame.copyByte()) !== undefined) {
    const header = readPpmHeader(frame.bytes);
    if (header === undefined) return { kind: 'broken', resume: 1 };
    if (header === 'incomplete') continue;
    const total = header.length + header.width * header.height * header.channels;
    frame.expect(total);
    return (await frame.copy(total - frame.length)) ? whole : { kind: 'short', expected: total };
  }
  return short;
}
