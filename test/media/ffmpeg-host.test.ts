import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { decodeClip } from '../../src/media/decode-clip.ts';
import { type FfmpegHost, openFfmpegHost } from '../../src/media/ffmpeg-host.ts';
import { findFfmpeg } from '../../src/media/find-ffmpeg.ts';
import { childrenOf } from '../../src/pipelines/process-memory.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';
import { childProcesses, readNumber, until, writeNumberedClip } from './numbered-clip.ts';

const ffmpeg = await findFfmpeg();
const frames = { first: 0, step: 1, last: 59 };
const built = new URL('../../dist/src/', import.meta.url).href;

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
const clip = (): string => join(folder.path, 'clip.mp4');
/** A pipe with a name that nobody writes into: ffmpeg waits for its first byte for ever. */
const silence = (): string => join(folder.path, 'silence.mp4');
beforeAll(async () => {
  folder = await temporaryFolder();
  await writeNumberedClip(clip(), { ffmpeg, frames: 60, width: 320, height: 240 });
  await promisify(execFile)('mkfifo', [silence()]);
}, 60_000);
afterAll(() => folder[Symbol.asyncDispose]());

async function numbersOf(host: FfmpegHost): Promise<readonly number[]> {
  const numbers: number[] = [];
  for await (const { image } of decodeClip(clip(), { ffmpeg, frames, start: host.start }))
    numbers.push(readNumber(image));
  return numbers;
}

/** What runs with a path among its arguments. */
async function runningWith(path: string): Promise<readonly string[]> {
  const { stdout } = await promisify(execFile)('ps', ['-eo', 'pid,stat,args']);
  return stdout.split('\n').filter((line) => line.includes(`file:${path}`) && !/^\s*\d+ Z/u.test(line));
}

describe.runIf(process.platform === 'linux')('an ffmpeg host', { timeout: 30_000 }, () => {
  const all = Array.from({ length: 60 }, (_, index) => index);

  it('decodes clips side by side, in processes that are not children of this one', async () => {
    await using host = openFfmpegHost();
    const [hostId = 0] = await childProcesses();
    const clips = Promise.all(Array.from({ length: 12 }, () => numbersOf(host)));
    await until(() => childrenOf(hostId).length > 0);
    expect(await childProcesses()).toEqual([hostId]);
    expect(await clips).toEqual(Array.from({ length: 12 }, () => all));
    expect(childrenOf(hostId)).toEqual([]);
  });

  it('ends with all that it has started when it is disposed', async () => {
    const host = openFfmpegHost();
    const pending = decodeClip(silence(), { ffmpeg, frames, start: host.start }).next();
    await until(async () => (await runningWith(silence())).length === 1);
    await host[Symbol.asyncDispose]();
    await expect(pending).rejects.toThrow('Cannot read');
    await until(async () => (await runningWith(silence())).length === 0);
    expect(await childProcesses()).toEqual([]);
  });

  it('kills what its user leaves, also while it waits for its input', async () => {
    await using host = openFfmpegHost();
    const values = decodeClip(silence(), { ffmpeg, frames, start: host.start });
    const pending = values.next();
    await until(async () => (await runningWith(silence())).length === 1);
    await values.return(undefined);
    expect(await pending).toEqual({ done: true, value: undefined });
    expect(await runningWith(silence())).toEqual([]);
  });

  it('says what is wrong with a program that does not start, or with a clip', async () => {
    await using host = openFfmpegHost();
    const missing = { ...ffmpeg, path: '/no/such/ffmpeg' };
    const { start } = host;
    await expect(decodeClip(clip(), { ffmpeg: missing, frames, start }).next()).rejects.toMatchObject({
      code: 'ffmpeg-missing',
      path: '/no/such/ffmpeg',
      message: expect.stringMatching(/^Cannot start \/no\/such\/ffmpeg \(.*ENOENT\)/u),
    });
    const none = join(folder.path, 'none.mp4');
    const here = await decodeClip(none, { ffmpeg, frames }).next().catch(String);
    expect(await decodeClip(none, { ffmpeg, frames, start }).next().catch(String)).toBe(here);
    expect(here).toContain('No such file');
  });

  it('may end: what is under way fails, what comes later is started here', async () => {
    await using host = openFfmpegHost();
    const [hostId = 0] = await childProcesses();
    const pending = decodeClip(silence(), { ffmpeg, frames, start: host.start }).next();
    await until(() => childrenOf(hostId).length > 0);
    const left = childrenOf(hostId);
    process.kill(hostId, 'SIGKILL');
    await expect(pending).rejects.toThrow('the process that had started it ended: SIGKILL');
    for (const id of left) process.kill(id, 'SIGKILL');
    expect(await numbersOf(host)).toEqual(all);
  });

  it.each<NodeJS.Signals>(['SIGKILL', 'SIGTERM'])('ends with its process, by %s too', async (signal) => {
    const program = `
      const [{ openFfmpegHost }, { decodeClip }, { findFfmpeg }] = await Promise.all(
        ['ffmpeg-host', 'decode-clip', 'find-ffmpeg'].map((name) => import('${built}media/' + name + '.js')));
      const { start } = openFfmpegHost();
      decodeClip(${JSON.stringify(silence())}, { ffmpeg: await findFfmpeg(), frames: ${JSON.stringify(frames)}, start }).next();`;
    const child: ChildProcess = spawn(process.execPath, ['--input-type=module', '--eval', program]);
    await until(async () => (await runningWith(silence())).length === 1);
    const [hostId = 0] = childrenOf(child.pid ?? 0);
    child.kill(signal);
    expect(await once(child, 'exit')).toEqual([null, signal]);
    await until(async () => (await runningWith(silence())).length === 0);
    await until(async () => !/^State:\s+[^Z]/mu.test(await readFile(`/proc/${hostId}/status`, 'utf8').catch(() => '')));
  });

  it('lets Ctrl-C be', async () => {
    await using host = openFfmpegHost();
    const [hostId = 0] = await childProcesses();
    expect(await numbersOf(host)).toEqual(all);
    process.kill(hostId, 'SIGINT');
    expect(await numbersOf(host)).toEqual(all);
    expect(await childProcesses()).toEqual([hostId]);
  });
});
