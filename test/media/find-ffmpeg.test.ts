import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findFfmpeg } from '../../src/media/find-ffmpeg.ts';

let folder = '';

/** Writes a program called `ffmpeg` that answers `-version` like one with that libavcodec. */
async function program(name: string, script: string): Promise<string> {
  await mkdir(join(folder, name));
  const path = join(folder, name, 'ffmpeg');
  await writeFile(path, `#!/bin/sh\n${script}\n`);
  await chmod(path, 0o755);
  return path;
}

function answer(version: string, codec: string): string {
  return `echo "ffmpeg version ${version} Copyright (c) the FFmpeg developers"; echo "libavcodec     ${codec} / ${codec}"`;
}

describe('findFfmpeg', () => {
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'vitrine-ffmpeg-'));
    await program('old', answer('3.4', '57.107.100'));
    await program('middle', answer('4.1', '58. 35.100'));
    await program('new', answer('7.1.1', '61. 19.101'));
    await program('broken', 'exit 1');
    await program('silent', 'echo hello');
  });
  afterAll(() => rm(folder, { recursive: true }));

  const at = (...names: string[]): string => names.map((name) => join(folder, name)).join(delimiter);
  const bundledPath = (): string => join(folder, 'middle', 'ffmpeg');

  it('runs the one that comes with the project when there is nothing else', async () => {
    const found = await findFfmpeg({ env: {} });
    expect(found.origin).toBe('bundled');
    expect(found.path).toContain('@ffmpeg-installer');
    expect(found.version).toMatch(/^N-47683/u);
  });

  it('takes FFMPEG_PATH before all, however old', async () => {
    const FFMPEG_PATH = join(folder, 'old', 'ffmpeg');
    const found = await findFfmpeg({ env: { FFMPEG_PATH, PATH: at('new') }, bundledPath: bundledPath() });
    expect(found).toEqual({ path: FFMPEG_PATH, version: '3.4', origin: 'FFMPEG_PATH' });
  });

  it.each([
    { path: ['new'], origin: 'PATH', version: '7.1.1' },
    { path: ['absent', 'new', 'old'], origin: 'PATH', version: '7.1.1' },
    { path: ['old', 'new'], origin: 'bundled', version: '4.1' },
    { path: ['middle'], origin: 'bundled', version: '4.1' },
    { path: ['broken'], origin: 'bundled', version: '4.1' },
    { path: ['silent'], origin: 'bundled', version: '4.1' },
    { path: [], origin: 'bundled', version: '4.1' },
  ])('takes the newer of PATH ($path) and the one that comes along: $origin', async ({ path, origin, version }) => {
    const found = await findFfmpeg({ env: { PATH: at(...path), FFMPEG_PATH: '' }, bundledPath: bundledPath() });
    expect(found).toMatchObject({ origin, version });
  });

  it('takes any that runs where none comes along', async () => {
    expect(await findFfmpeg({ env: { PATH: at('old') }, bundledPath: undefined })).toMatchObject({ origin: 'PATH' });
  });

  it.each(['broken', 'silent', 'absent'])('refuses an FFMPEG_PATH that is %s and names it', async (name) => {
    const FFMPEG_PATH = join(folder, name, 'ffmpeg');
    await expect(findFfmpeg({ env: { FFMPEG_PATH, PATH: at('new') } })).rejects.toMatchObject({
      code: 'ffmpeg-missing',
      path: FFMPEG_PATH,
      message: expect.stringContaining(`FFMPEG_PATH is ${FFMPEG_PATH}, which does not run`),
    });
  });

  it('says what to do when there is none', async () => {
    await expect(findFfmpeg({ env: { PATH: at('broken') }, bundledPath: undefined })).rejects.toMatchObject({
      code: 'ffmpeg-missing',
      message: expect.stringContaining('install ffmpeg, or set FFMPEG_PATH'),
    });
  });
});
