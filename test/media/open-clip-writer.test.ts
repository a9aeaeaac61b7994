import { chmod, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { decodeClip } from '../../src/media/decode-clip.ts';
import { type Ffmpeg, findFfmpeg } from '../../src/media/find-ffmpeg.ts';
import { openClipWriter } from '../../src/media/open-clip-writer.ts';
import { childProcesses, numberedFrame, readNumber, until, writeNumberedClip } from './numbered-clip.ts';

const ffmpeg = await findFfmpeg();
const size = { ffmpeg, width: 160, height: 64, fps: 25 };
let folder = '';
const clip = (): string => join(folder, 'clip.mp4');

async function fake(script: string): Promise<Ffmpeg> {
  const path = join(folder, 'fake');
  await writeFile(path, `#!/bin/sh\n${script}\n`);
  await chmod(path, 0o755);
  return { path, version: 'fake', origin: 'FFMPEG_PATH' };
}

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'vitrine-writer-'));
});
afterEach(() => rm(folder, { recursive: true }));

describe('openClipWriter', () => {
  it('writes every frame, in order, at its size', async () => {
    await writeNumberedClip(clip(), { ffmpeg, frames: 30, width: 320, height: 48 });
    const numbers = [];
    for await (const { image } of decodeClip(clip(), { ffmpeg, frames: { first: 0, step: 1, last: 99 } })) {
      expect([image.width, image.height]).toEqual([320, 48]);
      numbers.push(readNumber(image));
    }
    expect(numbers).toEqual(Array.from({ length: 30 }, (_, i) => i));
    expect(await readdir(folder)).toEqual(['clip.mp4']);
  });

  it('writes the same bytes for the same frames', async () => {
    await writeNumberedClip(clip(), { ffmpeg, frames: 8 });
    await writeNumberedClip(join(folder, 'again.mp4'), { ffmpeg, frames: 8 });
    const bytes = await readFile(clip());
    expect(bytes.equals(await readFile(join(folder, 'again.mp4')))).toBe(true);
    expect(bytes.includes('yuv420p') || bytes.includes('avc1')).toBe(true);
  });

  it('makes a smaller file at a higher crf', async () => {
    const sizes = [];
    for (const crf of [5, 45]) {
      const writer = await openClipWriter(clip(), { ...size, crf });
      for (let i = 0; i < 5; i += 1) {
        const noise = Uint8Array.from({ length: 160 * 64 * 3 }, (_, k) => (k * 7919 + i * 104_729) % 251);
        await writer.write({ width: 160, height: 64, data: noise });
      }
      await writer.close();
      sizes.push((await readFile(clip())).length);
    }
    expect(sizes[0]).toBeGreaterThan(2 * (sizes[1] ?? 0));
  });

  it('shows no file under its name before it is closed', async () => {
    await using writer = await openClipWriter(clip(), size);
    await writer.write(numberedFrame(0));
    expect(await readdir(folder)).not.toContain('clip.mp4');
    await writer.close();
    await writer.close(); // Once more is harmless.
    expect(await readdir(folder)).toEqual(['clip.mp4']);
  });

  it.runIf(process.platform === 'linux')(
    'leaves neither a file nor a process when it is disposed of unfinished',
    async () => {
      {
        await using writer = await openClipWriter(clip(), size);
        await writer.write(numberedFrame(0));
      }
      expect(await readdir(folder)).toEqual([]);
      expect(await childProcesses()).toEqual([]);
    },
  );

  it('leaves nothing when it is aborted, and keeps what was there before', async () => {
    await writeFile(clip(), 'before');
    const writer = await openClipWriter(clip(), size);
    await writer.write(numberedFrame(0));
    writer.abort();
    await expect(writer.write(numberedFrame(1))).rejects.toThrow('the clip has been closed');
    await writer[Symbol.asyncDispose]();
    expect(await readdir(folder)).toEqual(['clip.mp4']);
    expect(await readFile(clip(), 'utf8')).toBe('before');
  });

  it('waits for an encoder that does not read, and fails when that one is ended', async () => {
    const writer = await openClipWriter(clip(), {
      ...size,
      ffmpeg: await fake('exec sleep 60'),
      width: 640,
      height: 480,
    });
    const frame = numberedFrame(0, 640, 480);
    let written = 0;
    const writing = (async () => {
      for (;;) {
        await writer.write(frame);
        written += 1;
      }
    })();
    const ending = writing.catch((error: unknown) => error);
    let before = -1;
    await until(async () => {
      const isStill = before === written;
      before = written;
      await new Promise((resolve) => setTimeout(resolve, 100));
      return isStill;
    });
    expect(written).toBeLessThanOrEqual(3);
    writer.abort();
    expect(await ending).toMatchObject({ code: 'file-unwritable', path: clip() });
    await writer[Symbol.asyncDispose]();
  });

  it.each([
    { what: 'its last words', script: 'echo "no space left" >&2; exit 1', why: 'no space left' },
    { what: 'its status', script: 'exit 7', why: 'ffmpeg ended with status 7' },
  ])('reports a failing encoder with $what and leaves nothing', async ({ script, why }) => {
    const writer = await openClipWriter(clip(), { ...size, ffmpeg: await fake(script) });
    const writing = (async () => {
      for (let i = 0; i < 50; i += 1) await writer.write(numberedFrame(i));
      await writer.close();
    })();
    const refusal = { code: 'file-unwritable', path: clip(), message: expect.stringContaining(why) };
    await expect(writing).rejects.toMatchObject(refusal);
    await writer[Symbol.asyncDispose]();
    expect(await readdir(folder)).toEqual(['fake']);
  });

  it('reports an ffmpeg that does not start', async () => {
    const missing: Ffmpeg = { path: join(folder, 'none'), version: '0', origin: 'FFMPEG_PATH' };
    await using writer = await openClipWriter(clip(), { ...size, ffmpeg: missing });
    await expect(writer.write(numberedFrame(0)).then(() => writer.close())).rejects.toMatchObject({
      code: 'ffmpeg-missing',
    });
  });

  it('reports a folder that is missing', async () => {
    const path = join(folder, 'absent', 'clip.mp4');
    const writer = await openClipWriter(path, size);
    const writing = writer.write(numberedFrame(0)).then(() => writer.close());
    await expect(writing).rejects.toMatchObject({ code: 'file-unwritable', path });
  });

  it('refuses to close a clip without frames', async () => {
    const writer = await openClipWriter(clip(), size);
    await expect(writer.close()).rejects.toThrow('no frame was written');
    expect(await readdir(folder)).toEqual([]);
  });

  it('refuses a frame of another size', async () => {
    await using writer = await openClipWriter(clip(), size);
    await expect(writer.write(numberedFrame(0, 162, 64))).rejects.toThrow(TypeError);
  });

  it.each([{ width: 161 }, { height: 0 }, { fps: 0 }, { crf: 52 }, { crf: 1.5 }, { preset: JSON.parse('"quick"') }])(
    'refuses $width $height $fps $crf $preset',
    async (options) => {
      await expect(openClipWriter(clip(), { ...size, ...options })).rejects.toThrow(TypeError);
    },
  );
});
