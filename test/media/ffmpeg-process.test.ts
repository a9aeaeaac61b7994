import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startFfmpeg } from '../../src/media/ffmpeg-process.ts';
import { childProcesses, until } from './numbered-clip.ts';

let folder = '';
/** A program that lives on when it is asked to end, as ffmpeg does for a while on a busy machine. */
const deaf = (): string => join(folder, 'deaf');

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'vitrine-process-'));
  await writeFile(deaf(), '#!/bin/sh\ntrap "" TERM\necho ready\nread line\n');
  await chmod(deaf(), 0o755);
});
afterAll(() => rm(folder, { recursive: true }));

describe.runIf(process.platform === 'linux')('startFfmpeg', () => {
  it('is done only when the process has gone, however long ago its reader left', async () => {
    const child = startFfmpeg(
      { path: deaf(), version: '7', origin: 'PATH' },
      { inputArgs: [], outputArgs: ['-f', 'null'] },
    );
    let isDone = false;
    void child.done.then(() => (isDone = true));
    await new Promise((resolve) => child.stdout.once('data', resolve));
    child.stdout.destroy();
    await new Promise((resolve) => setTimeout(resolve, 150));
    expect(await childProcesses()).toHaveLength(1);
    expect(isDone).toBe(false);
    child.kill();
    await until(() => isDone);
    expect(await childProcesses()).toEqual([]);
    expect(await child.done).toMatchObject({ code: undefined, signal: 'SIGKILL' });
  });
});
