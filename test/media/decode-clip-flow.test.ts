import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { decodeClip } from '../../src/media/decode-clip.ts';
import { findFfmpeg } from '../../src/media/find-ffmpeg.ts';
import { childProcesses, readNumber, until, writeNumberedClip } from './numbered-clip.ts';

const ffmpeg = await findFfmpeg();
const frames = { first: 0, step: 1, last: 59 };
const frameBytes = 320 * 240 * 3;
let folder = '';
const clip = (): string => join(folder, 'clip.mp4');
/** A pipe with a name that nobody writes into: ffmpeg waits for its first byte for ever. */
const silence = (): string => join(folder, 'silence.mp4');

/** Bytes that a process has written so far. */
async function writtenBytes(id: number): Promise<number> {
  return Number(/^wchar: (\d+)$/mu.exec(await readFile(`/proc/${id}/io`, 'utf8'))?.[1]);
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'vitrine-flow-'));
  await writeNumberedClip(clip(), { ffmpeg, frames: 60, width: 320, height: 240 });
  await promisify(execFile)('mkfifo', [silence()]);
}, 60_000);
afterAll(() => rm(folder, { recursive: true }));
afterEach(async () => {
  const left = await childProcesses();
  if (left.length > 0) throw new Error(`The test left processes behind: ${left.join(', ')}`);
});

describe.runIf(process.platform === 'linux')('decodeClip, flow and processes', () => {
  it('stalls ffmpeg and takes no memory while nobody asks, and then goes on', async () => {
    await using values = decodeClip(clip(), { ffmpeg, frames });
    const first = await values.next();
    const [id] = await childProcesses();
    let written = -1;
    // It has stalled when a fifth of a second brings no byte.
    await until(async () => {
      const earlier = written;
      await new Promise((resolve) => setTimeout(resolve, 200));
      written = await writtenBytes(id ?? 0);
      return written === earlier;
    });
    // We cannot hold more than it has written. (What `memoryUsage()` says depends on when garbage was last collected.)
    expect(written).toBeLessThan(8 * frameBytes);
    expect(await childProcesses()).toEqual([id]); // It has 59 frames to give, and waits.
    const numbers = [readNumber(first.value?.image ?? { width: 1, height: 1, data: new Uint8Array(3) })];
    for await (const { image } of values) numbers.push(readNumber(image));
    expect(numbers).toEqual(Array.from({ length: 60 }, (_, i) => i));
  });

  it('gives what is left in the pipe when ffmpeg has ended before its reader asks', async () => {
    const short = join(folder, 'short.mp4');
    await writeNumberedClip(short, { ffmpeg, frames: 4 }); // Little enough for the pipe to hold it all.
    await using values = decodeClip(short, { ffmpeg, frames });
    const numbers = [readNumber((await values.next()).value!.image)];
    await until(async () => (await childProcesses()).length === 0);
    await new Promise((resolve) => setTimeout(resolve, 100)); // Its end is heard of a little later.
    for await (const { image } of values) numbers.push(readNumber(image));
    expect(numbers).toEqual([0, 1, 2, 3]);
  });

  it('starts nothing before the first value is asked for', async () => {
    const values = decodeClip(clip(), { ffmpeg, frames });
    expect(await childProcesses()).toEqual([]);
    await values.return(undefined);
  });

  it('ends ffmpeg when its user leaves the loop', async () => {
    for await (const { index } of decodeClip(clip(), { ffmpeg, frames })) if (index === 2) break;
    expect(await childProcesses()).toEqual([]);
  });

  it('ends ffmpeg when it is returned while ffmpeg waits for its input', async () => {
    const values = decodeClip(silence(), { ffmpeg, frames });
    const pending = values.next();
    await until(async () => (await childProcesses()).length === 1);
    await values.return(undefined);
    expect(await childProcesses()).toEqual([]);
    expect(await pending).toEqual({ done: true, value: undefined });
  });

  it('ends ffmpeg when it is returned in the moment in which ffmpeg starts', async () => {
    const values = decodeClip(silence(), { ffmpeg, frames });
    const pending = values.next();
    await values.return(undefined);
    expect((await pending).done).toBe(true);
  });

  it('ends ffmpeg and throws the reason when it is aborted while ffmpeg waits', async () => {
    const controller = new AbortController();
    const pending = decodeClip(silence(), { ffmpeg, frames, signal: controller.signal }).next();
    await until(async () => (await childProcesses()).length === 1);
    controller.abort(new Error('enough'));
    await expect(pending).rejects.toThrow('enough');
  });

  it('ends ffmpeg when it is aborted between two frames', async () => {
    const controller = new AbortController();
    const values = decodeClip(clip(), { ffmpeg, frames, signal: controller.signal });
    await values.next();
    controller.abort(new Error('enough'));
    await until(async () => (await childProcesses()).length === 0);
    await expect(values.next()).rejects.toThrow('enough');
  });

  it('never starts under a signal that has fired', async () => {
    const values = decodeClip(clip(), { ffmpeg, frames, signal: AbortSignal.abort(new Error('before')) });
    await expect(values.next()).rejects.toThrow('before');
  });

  it('asks for the bytes of each frame before it takes them', async () => {
    const asked: number[] = [];
    const reserve = async (bytes: number): Promise<void> => void asked.push(bytes);
    for await (const { index } of decodeClip(clip(), { ffmpeg, frames, reserve })) {
      expect(asked).toHaveLength(index + 1);
      if (index === 3) break;
    }
    expect(asked).toEqual([frameBytes, frameBytes, frameBytes, frameBytes]);
  });

  it('throws what a reservation throws, as it is', async () => {
    const refused = new RangeError('no room');
    const values = decodeClip(clip(), { ffmpeg, frames, reserve: () => Promise.reject(refused) });
    await expect(values.next()).rejects.toBe(refused);
  });

  it('ends ffmpeg when it is returned while it waits for a reservation that never comes', async () => {
    let isAsked = false;
    const reserve = (): Promise<void> => {
      isAsked = true;
      return new Promise(() => undefined);
    };
    const values = decodeClip(clip(), { ffmpeg, frames, reserve });
    const pending = values.next();
    await until(() => isAsked);
    await values.return(undefined);
    expect((await pending).done).toBe(true);
  });
});
