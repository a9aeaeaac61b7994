import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { watchSourceKind } from '../../src/pipelines/watch-source.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';

const raw = '2x2:rgb24@25';
const live = 'rtmp://localhost/live';
let folder: Awaited<ReturnType<typeof temporaryFolder>>;
const at = (name: string): string => join(folder.path, name);

beforeAll(async () => {
  folder = await temporaryFolder();
  await mkdir(at('pictures'));
  await mkdir(at('empty'));
  await writeFile(at('pictures/1.jpg'), '');
  await writeFile(at('frames.rgb'), new Uint8Array(24));
  await writeFile(at('clip.mp4'), '\0\0\0\u0018ftypmp42');
  await writeFile(at('frames.y4m'), 'YUV4MPEG2 W2 H2\n');
});
afterAll(() => folder[Symbol.asyncDispose]());

describe('watchSourceKind', () => {
  it('takes a stream as bytes, with every option', async () => {
    const source = new Blob([]).stream();
    expect(await watchSourceKind({ source, raw, rate: 5, maxFrameBytes: 9 })).toBe('bytes');
  });

  it.each([
    { name: 'clip.mp4', options: {}, kind: 'ffmpeg' },
    { name: 'frames.y4m', options: {}, kind: 'ffmpeg' },
    { name: 'frames.rgb', options: { raw, rate: 5, maxFrameBytes: 9 }, kind: 'bytes' },
    { name: 'pictures', options: { rate: 5 }, kind: 'pictures' },
    { name: 'pictures/1.jpg', options: {}, kind: 'pictures' },
  ])('tells what $name is with $options', async ({ name, options, kind }) => {
    expect(await watchSourceKind({ source: at(name), ...options })).toBe(kind);
  });

  it('takes an address as it is', async () => {
    expect(await watchSourceKind({ source: live })).toBe('ffmpeg');
  });

  it.each([
    {
      name: 'clip.mp4',
      options: { raw },
      says: /^Expected `raw` for bare pixels, and .*mp4 is an MP4 or QuickTime file/u,
    },
    { name: 'frames.y4m', options: { raw }, says: /^Expected `raw` for bare pixels, and .* is YUV4MPEG2, which/u },
    { name: 'clip.mp4', options: { maxFrameBytes: 9 }, says: /^Expected `maxFrameBytes` for piped bytes or a file/u },
    {
      name: 'clip.mp4',
      options: { rate: 5 },
      says: /^Expected `rate` for frames without times, got it for .*clip\.mp4/u,
    },
    {
      name: 'pictures',
      options: { raw },
      says: /^Expected `raw` for piped bytes or a file of bare pixels, got it for /,
    },
    { name: 'pictures', options: { maxFrameBytes: 9 }, says: /^Expected `maxFrameBytes` for piped bytes or a file/u },
  ])('refuses $options with $name', async ({ name, options, says }) => {
    const refused = watchSourceKind({ source: at(name), ...options });
    await expect(refused).rejects.toThrow(says);
    await expect(refused).rejects.toBeInstanceOf(TypeError);
  });

  it.each([{ raw }, { rate: 5 }, { maxFrameBytes: 9 }])('refuses %o with an address', async (options) => {
    await expect(watchSourceKind({ source: live, ...options })).rejects.toThrow(/^Expected `\w+` for .*live/u);
  });

  it('says that nothing is there, and that a folder has no picture', async () => {
    for (const options of [{}, { raw }]) {
      const refused = watchSourceKind({ source: at('none'), ...options });
      await expect(refused).rejects.toMatchObject({ code: 'stream-unreadable', path: at('none') });
    }
    await expect(watchSourceKind({ source: at('empty') })).rejects.toMatchObject({ code: 'options-invalid' });
  });
});
