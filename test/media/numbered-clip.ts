import { readdir, readFile } from 'node:fs/promises';
import { type RgbImage } from '../../src/core/rgb-image.ts';
import { type Ffmpeg } from '../../src/media/find-ffmpeg.ts';
import { openClipWriter } from '../../src/media/open-clip-writer.ts';

const bits = 10;

/** A frame that shows `index` in binary, as ten white or black bars: what a lossy codec leaves can still be read. */
export function numberedFrame(index: number, width: number = 160, height: number = 64): RgbImage {
  const data = new Uint8Array(width * height * 3);
  for (let bar = 0; bar < bits; bar += 1) {
    const [left, right] = [Math.ceil((bar * width) / bits), Math.ceil(((bar + 1) * width) / bits)];
    data.fill((index >> bar) % 2 === 1 ? 235 : 20, left * 3, right * 3);
  }
  for (let y = 1; y < height; y += 1) data.copyWithin(y * width * 3, 0, width * 3);
  return { width, height, data };
}

/** Reads the number of a {@link numberedFrame} off its middle row. */
export function readNumber({ width, height, data }: RgbImage): number {
  const row = Math.floor(height / 2) * width;
  let number = 0;
  for (let bar = 0; bar < bits; bar += 1) {
    const x = Math.floor(((bar + 0.5) * width) / bits);
    if ((data[(row + x) * 3] ?? 0) > 127) number += 2 ** bar;
  }
  return number;
}

/** Frames of a {@link writeNumberedClip}. */
export interface NumberedClipOptions {
  readonly ffmpeg: Ffmpeg;
  readonly frames: number;
  readonly width?: number;
  readonly height?: number;
  /** Number of the first frame. */
  readonly from?: number;
}

/** Writes an H.264 clip whose frames are numbered from `from`. */
export async function writeNumberedClip(path: string, options: NumberedClipOptions): Promise<void> {
  const { ffmpeg, frames, width = 160, height = 64, from = 0 } = options;
  const writer = await openClipWriter(path, { ffmpeg, width, height, fps: 25, preset: 'ultrafast' });
  for (let index = 0; index < frames; index += 1) await writer.write(numberedFrame(from + index, width, height));
  await writer.close();
}

/** Ids of the processes that this one started and that still run (Linux). */
export async function childProcesses(): Promise<readonly number[]> {
  const ids = (await readdir('/proc')).filter((name) => /^\d+$/u.test(name));
  const stats = await Promise.all(ids.map((id) => readFile(`/proc/${id}/stat`, 'utf8').catch(() => '')));
  return ids.map(Number).filter((_, i) => {
    const [state, parent] = (stats[i] ?? '').replace(/^.*\) /su, '').split(' ');
    return Number(parent) === process.pid && state !== 'Z';
  });
}

/** Waits until `isSo` holds, looking every few milliseconds; a test that waits in vain runs into its time limit. */
export async function until(isSo: () => Promise<boolean> | boolean): Promise<void> {
  while (!(await isSo())) await new Promise((resolve) => setTimeout(resolve, 5));
}
